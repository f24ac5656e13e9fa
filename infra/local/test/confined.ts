import { freePort } from '@countersign/testing';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopChild } from '../src/process/child.js';
import { createGuard } from '../src/process/guard.js';
import { startPart } from '../src/process/part.js';
import type { Confinement } from '../src/engine/confinement.js';
import { enginePart } from '../src/engine/engine.js';

/** What stands in a file and behind an address that the engine must not reach. */
export const CANARY = 'what only the host may read';

const profiles = { owner: 'service', reader: 'analyst' } as const;
export type ConfinedUser = keyof typeof profiles;

async function listening(answer: () => string) {
  const server = createServer((_request, response) => void response.end(answer()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** An engine of its own, with `owner` who has every grant, the analyst `reader`, and a file and a server beside it. */
export async function startConfined(confinement: Confinement) {
  const guard = createGuard();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-confined-'));
  await chmod(folder, 0o755);
  const canary = join(folder, 'canary');
  await writeFile(canary, CANARY, { mode: 0o644 });
  let asked = 0;
  const { server, url } = await listening(() => ((asked += 1), CANARY));
  const httpPort = await freePort();
  const users = (Object.keys(profiles) as ConfinedUser[]).map((name) => ({
    ...{ name, password: 'pw', profile: profiles[name] },
    grants: name === 'owner' ? ['GRANT ALL ON *.*'] : ['GRANT SELECT ON kept.open'],
  }));
  const options = { dataDir: join(folder, 'ch'), logFile: join(folder, 'host.log'), httpPort, users, confinement };
  const child = await startPart(enginePart(options), guard);
  const send = (user: ConfinedUser, sql: string, session = ''): Promise<Response> =>
    fetch(`http://127.0.0.1:${httpPort}/?user=${user}&password=pw${session}`, { method: 'POST', body: sql });
  const ask = async (user: ConfinedUser, sql: string, session = ''): Promise<string> =>
    (await (await send(user, sql, session)).text()).trim();
  await ask('owner', 'CREATE DATABASE kept');
  await ask('owner', 'CREATE TABLE kept.open (n UInt32) ENGINE = MergeTree ORDER BY n');
  return {
    ...{ folder, canary, url, child, send, ask },
    /** How often somebody came to `url`. */
    asked: () => asked,
    rows: async (sql: string): Promise<string[]> => (await ask('owner', `${sql} FORMAT TSVRaw`)).split('\n'),
    close: async () => {
      await stopChild(child, 5_000);
      guard.close();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

export type Confined = Awaited<ReturnType<typeof startConfined>>;
