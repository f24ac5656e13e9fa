import { DataType, load, open } from 'ffi-rs';
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { confine } from './confine.js';
import type { Confinement } from './confinement.js';
import { engineFiles } from './engine.config.js';

/**
 * The engine lives in this process: one foreign call starts its servers and returns when its blocking query ends.
 * The query reads a fifo that we hold open; closing it is the graceful stop. `process.exit()` must never run meanwhile.
 */
const [dataDir = '', httpPort = '', how = 'none'] = process.argv.slice(2);
const PARENT_CHECK_MS = 2_000;
const STOP_DEADLINE_MS = 6_000;

const library = join(
  dirname(createRequire(import.meta.url).resolve('@chdb/lib-linux-x64-gnu/package.json')),
  'libchdb.so',
);
open({ library: 'chdb', path: library });
const files = engineFiles(confine(dataDir, how as Confinement));
process.umask(0o077);
const waiting = `SELECT length(x) FROM file('${files.fifo}', 'LineAsString', 'x String')`;
const args = [
  'clickhouse',
  '--config-file',
  files.config,
  '--path',
  files.store,
  '--listen_host',
  '127.0.0.1',
  '--http_port',
  httpPort,
  '--log-level',
  'warning',
  '--query',
  `SYSTEM START LISTEN HTTP; ${waiting}`,
];

const fifo = openSync(files.fifo, 'r+');
let stopping = false;

function stop(): void {
  if (stopping) return;
  stopping = true;
  unlinkSync(files.fifo);
  closeSync(fifo);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), STOP_DEADLINE_MS).unref();
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
const parent = process.ppid;
const watch = setInterval(() => process.ppid === parent || stop(), PARENT_CHECK_MS);

await load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [args.length, args],
  runInNewThread: true,
});
clearInterval(watch);
process.exitCode = stopping ? 0 : 1;
