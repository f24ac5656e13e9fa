import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@countersign/testing';
import type { Desk, Ended } from '../guide/page.js';
import { Copied, openDesk, partsOf } from '../guide/page.js';
import { world } from './support/system.js';

const parts = partsOf('policies.md').filter(({ language, words }) => language === 'yaml' || words.includes('system'));
const commands = parts.filter(({ language }) => language === 'sh');

describe('the page about policies, with a system', () => {
  const copied = new Copied();
  const printed: string[] = [];
  let desk: Desk;

  beforeAll(() => {
    desk = openDesk();
    writeFileSync(join(desk.folder, 'local.json'), JSON.stringify(world().local), { mode: 0o600 });
    for (const part of parts) desk.write(part);
  });
  afterAll(() => rmSync(desk.folder, { recursive: true }));

  /** The read side follows within moments; a reader of the page is slower than a test. */
  function runLine(line: string): Promise<Ended> | Ended {
    const once = (): Ended => desk.run(copied.into(line), { COUNTERSIGN_LOCAL_FILE: join(desk.folder, 'local.json') });
    if (!line.includes('policy explain')) return once();
    return eventually(() => {
      const ended = once();
      expect(ended).toMatchObject({ code: 0 });
      return ended;
    });
  }

  /** Line by line: ids that one command prints stand in the next. */
  async function run(text: string): Promise<Ended> {
    const lines = text.includes('EOF') ? [text] : text.trim().split('\n');
    let ended: Ended = { code: 0, stdout: '', stderr: '' };
    for (const line of lines) {
      ended = await runLine(line);
      copied.learn(ended.stdout);
      printed.push(copied.into(line), ended.stdout);
      if (ended.code !== 0) return ended;
    }
    return ended;
  }

  it.each(commands.map((part) => [part.line, part] as const))('line %i', async (_line, part) => {
    const { code, stdout, stderr } = await run(part.text);
    if (part.text.includes('policy explain')) expect(stdout).toMatch(/vouchers.*small-and-sure/);
    expect({ code, said: code === 0 ? '' : printed.join('') + stdout + stderr }).toEqual(
      part.words.includes('fails')
        ? { code: 1, said: expect.stringContaining('insufficient_history') }
        : { code: 0, said: '' },
    );
  });

  it('publishes a ready policy to copy, with the action types and the cases beside it', async () => {
    const examples = join(import.meta.dirname, '../../infra/policies/examples');
    for (const name of ['wire-transfers', 'email-campaigns', 'health-records']) {
      const { stdout } = await runLine(`npx countersign policy publish ${join(examples, name)}.yaml --json`);
      const { state, cases, findings } = JSON.parse(stdout) as { [member: string]: unknown; findings: object[] };
      expect({ state, cases }).toMatchObject({ state: 'draft', cases: { failed: 0 } });
      expect(findings).not.toContainEqual(expect.objectContaining({ severity: 'error' }));
    }
  });

  it('ends with a policy that binds', async () => {
    const { action_id } = await world().decided({
      ...{ run_id: 'page', agent: { id: 'refund-agent', version: 'v1' }, model: { id: 'm' } },
      ...{ action_type: 'voucher', environment: 'production', confidence: 0.95 },
      parameters: { reason: 'delay', amount: { value: '15.00', currency: 'USD' } },
    });
    const { stdout } = await runLine(`npx countersign policy explain ${action_id} --json`);
    expect(JSON.parse(stdout)).toMatchObject({
      recorded: { policy_name: 'vouchers', mode: 'enforce', rule: 'small-and-sure', effective_decision: 'allow' },
      equal: true,
    });
  });
});
