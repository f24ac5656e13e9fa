import { eventually } from '@countersign/testing';
import { randomUUID } from 'node:crypto';
import { parseRecords, type RecordedAction } from '../../apps/cli/src/replay/records.js';
import { runReplay } from '../../apps/cli/src/replay/run-replay.js';
import { world } from './support/system.js';

const BASE: RecordedAction = {
  ...{ run_id: '', seq: 1, agent: 'tau-airline-agent', agent_version: 'v1', model_id: 'm-1' },
  ...{ action_type: 'cancel_reservation', input: { reservation_id: 'ZZ11' }, before: null, customer: 'kim' },
  ...{ agent_said_before: 'Cancelling it now.', result: { status: 'executed', detail: 'ok' }, matches_expected: true },
};
const paying = (amount: number) => ({ flight: 'XY1', payment_methods: [{ payment_id: 'card', amount }] });

/** Two runs of seven made-up actions: allowed ones, gated by one and by two, right, wrong, and wrong but failed. */
function recording(suffix: string): RecordedAction[] {
  const [a, b] = [`${suffix}-a`, `${suffix}-b`];
  return [
    { ...BASE, run_id: a },
    { ...BASE, run_id: a, seq: 2, matches_expected: false },
    { ...BASE, run_id: a, seq: 3, matches_expected: false, result: { status: 'failed', detail: 'no such seat' } },
    { ...BASE, run_id: b, action_type: 'update_reservation_baggages', input: { reservation_id: 'ZZ11', total: 2 } },
    { ...BASE, run_id: b, seq: 2, action_type: 'send_certificate', input: { amount: 50 }, matches_expected: false },
    { ...BASE, run_id: b, seq: 3, action_type: 'send_certificate', input: { amount: 250.5 } },
    { ...BASE, run_id: b, seq: 4, action_type: 'book_reservation', input: paying(1200) },
  ];
}

const eventCount = async (runs: string[]): Promise<number> => {
  const list = runs.map((run) => `'${run}'`).join(', ');
  const actions = `SELECT action_id FROM audit WHERE run_id IN (${list})`;
  const [row] = await world().rows<{ n: number }>(
    `SELECT toUInt32(count()) AS n FROM events WHERE action_id IN (${actions})`,
  );
  return row?.n ?? 0;
};

/** The count once it has not moved for a second. */
async function settledCount(runs: string[]): Promise<number> {
  return eventually(async () => {
    const count = await eventCount(runs);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await eventCount(runs)).toBe(count);
    return count;
  });
}

describe('replay of recorded actions', () => {
  it('gives the figures that follow from the file, and a second replay adds nothing', async () => {
    const name = `desk-${randomUUID()}`;
    const text = recording(name)
      .map((record) => JSON.stringify(record))
      .join('\n');
    const records = parseRecords(text);
    const first = await runReplay(world().local, records, () => undefined);
    const expected = {
      ...{ actions: 7, gated: 5, overridden: 2, resolved_by_people: 5, outcomes: 5 },
      ...{ false_positives: 3, harmless: 4, false_negatives: 1, harmful: 2, unlabelled: 1 },
    };
    expect(first).toMatchObject({ actions: 7, known: 0, figures: expected });
    expect(first.figures.wrong_with_token.map(first.nameOf)).toEqual([`${name}-b/2`]);
    const before = await settledCount([`${name}-a`, `${name}-b`]);
    const second = await runReplay(world().local, records, () => undefined);
    expect(second).toMatchObject({ actions: 7, known: 7, figures: expected });
    await expect(settledCount([`${name}-a`, `${name}-b`])).resolves.toBe(before);
  });

  it('takes rows with nothing but what was done, of several agents: nobody votes, nothing runs, no label', async () => {
    const name = `bare-${randomUUID()}`;
    const least = { run_id: name, agent_version: 'v1', model_id: 'm-1', input: { amount: 250.5 } };
    const rows = [
      { ...least, seq: 1, agent: 'tau-airline-agent', action_type: 'send_certificate' },
      { ...least, seq: 2, agent: 'deploy-agent', action_type: 'deployment' },
    ];
    const records = parseRecords(rows.map((row) => JSON.stringify(row)).join('\n'));
    const { figures } = await runReplay(world().local, records, () => undefined);
    expect(figures).toMatchObject({ actions: 2, resolved_by_people: 0, outcomes: 0, unlabelled: 2 });
    const audit = await world().rows<{ agent_id: string; approval_status: string }>(
      `SELECT agent_id, approval_status FROM audit WHERE run_id = '${name}' ORDER BY agent_id`,
    );
    expect(audit).toEqual([
      { agent_id: 'deploy-agent', approval_status: 'pending' },
      { agent_id: 'tau-airline-agent', approval_status: 'pending' },
    ]);
  });

  it('names the agents that there are not, and how to make them', async () => {
    const records = [{ ...BASE, run_id: 'x', agent: 'stranger-agent' }];
    await expect(runReplay(world().local, records, () => undefined)).rejects.toThrow(
      'countersign keys add --agent stranger-agent',
    );
  });
});
