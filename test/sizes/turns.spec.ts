import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Turns } from './turns.js';

/** Milliseconds of CPU for one turn of an event loop, and for all turns of one proposal at all its doors together. */
const TURN_MS = 50;
const TOTAL_MS = 200;
const IN_SEVERAL = / in several turns$/;

function measured(): Turns[] {
  const args = ['--import', join(import.meta.dirname, 'built.mjs'), join(import.meta.dirname, 'turns.ts')];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Turns[];
}

const totalOf = ({ turns }: Turns): number => Object.values(turns).reduce((sum, ms) => sum + ms, 0);

describe('however large a proposal is', () => {
  const all: Turns[] = [];
  beforeAll(() => void all.push(...measured()), 300_000);

  it('no turn of an event loop is long', () => {
    const worst = new Map<string, { ms: number; what: string }>();
    for (const { what, turns } of all)
      for (const [name, ms] of Object.entries(turns))
        if (ms > (worst.get(name)?.ms ?? 0)) worst.set(name, { ms, what });
    process.stdout.write(
      `turns: ${[...worst].map(([name, { ms, what }]) => `${name} ${ms.toFixed(1)} ms (${what})`).join('\n')}\n`,
    );
    expect([...worst].filter(([name, { ms }]) => ms > TURN_MS && !IN_SEVERAL.test(name))).toEqual([]);
  });

  it('all of its turns together are short', () => {
    const proposed = all.filter(({ what }) => !what.endsWith(', changed'));
    expect(proposed.length).toBeGreaterThan(50);
    expect(proposed.filter((one) => totalOf(one) > TOTAL_MS).map((one) => [one.what, totalOf(one)])).toEqual([]);
  });
});
