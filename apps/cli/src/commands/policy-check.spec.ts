import { Command } from 'commander';
import { jest } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { register } from './policy.js';

const POLICY = `name: posts
action_types:
  post:
    facts:
      confidence: { at: /confidence, type: number }
rules:
  - { name: sure, when: confidence > 0.9, then: allow }
gates:
  one: { quorum: 1, roles: [approver] }
fallback: one
`;
const DEAD = POLICY.replace('gates:', '  - { name: late, when: confidence > 0.95, then: deny }\ngates:');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-policy-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  process.exitCode = undefined;
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What the command prints, and its exit code. */
async function check(...args: string[]): Promise<{ out: string[]; fault: string; code: unknown }> {
  const texts = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((text) => {
      texts[name] += String(text);
      return true;
    }),
  );
  const program = new Command('countersign').exitOverride();
  register(program);
  await program.parseAsync(['node', 'countersign', 'policy', 'check', ...args]);
  for (const spy of spies) spy.mockRestore();
  return { out: texts.stdout.trimEnd().split('\n'), fault: texts.stderr, code: process.exitCode };
}

describe('policy check', () => {
  it('prints a line for each finding, its example as JSON, and the counts', async () => {
    const path = file('posts.yaml', POLICY);
    const { out, code } = await check(path);
    expect(code).toBeUndefined();
    expect(out[0]).toBe(
      `${path}:3:3: warning gap: no rule decides \`post\` for confidence <= 0.9: the fallback gate \`one\` decides`,
    );
    expect(JSON.parse(out[1] ?? '')).toEqual({
      action_type: 'post',
      environment: 'production',
      agent_version: 'v1',
      model_id: 'model',
      confidence: 0.45,
    });
    expect(out.slice(-2)).toEqual([`${path}: ok`, '0 errors, 2 warnings']);
  });

  it.each([
    ['no policy `default`', null, 'default'],
    ['a default of one person', 1, 'one'],
    ['a default of two people', 2, null],
  ])('warns where what nobody named waits for fewer people: %s', async (_what, quorum, gate) => {
    const two = file('posts.yaml', POLICY.replaceAll('quorum: 1', 'quorum: 2'));
    if (quorum !== null)
      file(
        'default.yaml',
        POLICY.replace('name: posts', 'name: default')
          .replaceAll('post', 'other')
          .replace('quorum: 1', `quorum: ${quorum}`),
      );
    const { out, code } = await check(quorum === null ? two : folder);
    const said = out.filter((line) => line.includes('looser_default'));
    expect([said.length, code]).toEqual([gate === null ? 0 : 1, undefined]);
    if (gate !== null)
      expect(said[0]).toContain(
        `${two}:9:3: warning looser_default: gate \`one\` asks for 2 people, and the default gate`,
      );
  });

  it('ends with 1 for an error in any file of a folder', async () => {
    file('a.yaml', POLICY);
    const path = file('b.yaml', DEAD);
    const { out, fault, code } = await check(folder);
    expect(code).toBe(1);
    expect(out).toContain(`${path}:8:5: error dead_rule: \`late\` never decides: \`sure\` before it takes every input`);
    expect(out).not.toContain(`${path}: ok`);
    expect(out.at(-1)).toBe('1 error, 5 warnings');
    expect(fault).toContain('1 of 2 policies have errors.');
  });

  it('ends with 1 for a file that is no policy, with its place', async () => {
    const path = file('broken.yaml', 'name: x\nrules: 7\n');
    const { out, code } = await check(path);
    expect(code).toBe(1);
    expect(out.some((line) => line.startsWith(`${path}:2:8: error invalid: `))).toBe(true);
  });

  it('ends with 2 for a file or a roster that is not there', async () => {
    const path = file('posts.yaml', POLICY);
    expect((await check(join(folder, 'nowhere.yaml'))).code).toBe(2);
    process.exitCode = undefined;
    expect((await check(path, '--roster', join(folder, 'nowhere.json'))).code).toBe(2);
  });

  it('asks the given roster whether quorums can be reached', async () => {
    const path = file('posts.yaml', POLICY);
    const roster = file(
      'roster.json',
      JSON.stringify({ reviewers: [{ subject: 'ann', tenant: 'acme', roles: ['brand'] }] }),
    );
    expect(await check(path, '--roster', roster)).toMatchObject({ code: 1 });
    process.exitCode = undefined;
    expect(await check(path, '--no-roster')).toMatchObject({ code: undefined });
  });

  it('gives everything as JSON, also the cells', async () => {
    const { out } = await check(file('posts.yaml', POLICY), '--json');
    expect(JSON.parse(out.join('\n'))).toMatchObject([
      { ok: true, problems: [], cells: [], findings: [{ code: 'gap', line: 3, witness: { confidence: 0.45 } }, {}] },
    ]);
  });

  it('prints what its page shows', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/policy-checks.md'), 'utf8');
    const block = (language: string): string => page.split(`\`\`\`${language}\n`)[1]?.split('\n```')[0] ?? '';
    const { out } = await check(file('refund-rule.yaml', block('yaml')));
    expect(out.map((line) => line.replace(`${folder}/`, ''))).toEqual(block('text').split('\n'));
  });
});
