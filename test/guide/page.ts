import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'apps/cli/dist/main.js');
const FENCE = /^```(\S+)([^\n]*)\n(.*?)^```$/gms;
const FILE = /^# (my-policies\/\S+)\n/;

/** One fenced part of a page. */
export interface Part {
  readonly language: string;
  /** Words behind the language: `system` needs a running one, `fails` ends with an exit code above 0. */
  readonly words: readonly string[];
  readonly text: string;
  /** 1 or more. */
  readonly line: number;
}

/** The fenced parts of a page of `docs`, in order. */
export function partsOf(page: string): Part[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  return [...text.matchAll(FENCE)].map(({ 1: language = '', 2: info = '', 3: body = '', index }) => {
    const words = info.split(' ').filter(Boolean);
    return { language, words, text: body, line: text.slice(0, index).split('\n').length };
  });
}

/** Ids that a reader copies from what a command has printed. */
export class Copied {
  private readonly ids = new Map<string, string>();
  private digest = 'none';

  learn(printed: string): void {
    for (const [id, prefix = ''] of printed.matchAll(/\b(act|req)_[0-9a-f-]{36}/g)) this.ids.set(prefix, id);
    this.digest = /"packet_digest": "(sha256:[0-9a-f]{64})"/.exec(printed)?.[1] ?? this.digest;
  }

  into(commands: string): string {
    const id = (prefix: string): string => this.ids.get(prefix) ?? 'none';
    return commands
      .replaceAll('ACTION_ID', id('act'))
      .replaceAll('REQUEST_ID', id('req'))
      .replaceAll('PACKET_DIGEST', this.digest);
  }
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder in which a reader of the page works, with `npx countersign` as this clone has it. */
export interface Desk {
  readonly folder: string;
  write(part: Part): boolean;
  run(commands: string, environment?: NodeJS.ProcessEnv): Ended;
}

function writeNpx(folder: string): string {
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  const script = `#!/bin/sh\nshift\nexec "${process.execPath}" --input-type=module -e "await (await import('${MAIN}')).main(process.argv)" countersign "$@"\n`;
  writeFileSync(join(bin, 'npx'), script);
  chmodSync(join(bin, 'npx'), 0o755);
  return bin;
}

export function openDesk(): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-page-'));
  const bin = writeNpx(folder);
  return {
    folder,
    write({ text }) {
      const name = FILE.exec(text)?.[1];
      if (name === undefined) return false;
      mkdirSync(join(folder, dirname(name)), { recursive: true });
      writeFileSync(join(folder, name), text);
      return true;
    },
    run(commands, environment = {}) {
      const env = { ...process.env, ...environment, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
      const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', commands], {
        cwd: folder,
        env,
        encoding: 'utf8',
      });
      return { code: status, stdout, stderr };
    },
  };
}
