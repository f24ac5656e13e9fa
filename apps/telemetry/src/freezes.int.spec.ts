import { partitionOf, recordKey, topicConfigs, TOPICS } from '@countersign/events';
import type { FreezeChanged } from '@countersign/events';
import { stoodMs } from '@countersign/metrics';
import type { Freeze } from '@countersign/metrics';
import { eventually, testEngine } from '@countersign/testing';
import { Refresher } from './refresher.js';
import { exampleOf } from './testing/bystanders.js';
import { testDatabase } from './testing/database.js';
import type { TestDatabase } from './testing/database.js';
import { rowOf } from './testing/log.js';
import type { LoggedRecord } from './testing/log.js';
import { randomFrom } from './testing/random.js';
import { tellStories } from './testing/story.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const HOUR = 3_600_000;
const { log, told } = tellStories(17, 1_200);
const pending = told.filter(({ action }) => action.approval_status === 'pending' && action.opened_at !== null);
const partitions = topicConfigs.find(({ topic }) => topic === TOPICS.approvals)?.partitions ?? 0;
const random = randomFrom(23);

interface Planned extends Freeze {
  readonly tenant: string;
  readonly partition: number;
  readonly freeze_id: string;
}

/** Freezes of all kinds, near the opening of a pending action: they overlap, follow on each other, or still stand. */
const planned: readonly Planned[] = pending.flatMap(({ tenant, action, scene }, index) =>
  Array.from({ length: random.int(0, 3) }, (_, of): Planned => {
    const since = (action.opened_at ?? 0) + random.int(-3, 3) * HOUR;
    return {
      ...{ tenant, freeze_id: `frz-${index}-${of}`, since },
      partition: partitionOf(recordKey(tenant, action.action_id), partitions),
      agent_id: random.pick([null, 'agent-a', 'agent-b']),
      action_type: random.pick([null, scene.facts.action_type, 'other']),
      lifted: random.chance(0.9) ? since + random.int(1, 4) * HOUR : null,
    };
  }),
);

function put(freeze: Planned, frozen: boolean, changed_at: number): LoggedRecord {
  const { tenant, freeze_id, partition, agent_id, action_type } = freeze;
  const scope = { tenant, freeze_id, partition, agent_id, action_type, frozen, changed_at };
  const event: FreezeChanged = { ...exampleOf('FreezeChanged'), ...scope };
  return log.appendUnder(
    recordKey(tenant, freeze_id),
    { topic: TOPICS.approvals, name: 'FreezeChanged', event },
    changed_at,
  );
}

/** `respond_by` of every pending action, UTC epoch milliseconds. @param freezes those in the log */
const expected = (freezes: readonly Planned[]): Record<string, number> =>
  Object.fromEntries(
    pending.map(({ tenant, action, scene }) => {
      const lies_in = partitionOf(recordKey(tenant, action.action_id), partitions);
      const near = freezes.filter((one) => one.tenant === tenant && one.partition === lies_in);
      const { agent_id, action_type } = scene.facts;
      const stood = stoodMs(near, { agent_id, action_type, opened_at: action.opened_at ?? 0 });
      return [action.action_id, (action.respond_by ?? 0) + stood];
    }),
  );

describe('clocks in a freeze', () => {
  let database: TestDatabase;
  let refresher: Refresher;

  beforeAll(async () => {
    database = await testDatabase(await testEngine());
    refresher = new Refresher({ derive: database.derive, log: silent, gatherMs: 20 });
    for (const freeze of planned) put(freeze, true, freeze.since);
    await database.load(log.records);
  }, 60_000);
  afterAll(async () => {
    await refresher?.close();
    await database?.drop();
  });

  const inAudit = async (): Promise<Record<string, number>> => {
    const rows = await database.engine.rows<{ action_id: string; at: string }>(
      "SELECT action_id, toUnixTimestamp64Milli(respond_by) AS at FROM audit WHERE approval_status = 'pending' AND respond_by IS NOT NULL",
    );
    return Object.fromEntries(rows.map(({ action_id, at }) => [action_id, Number(at)]));
  };

  it('move nothing while it stands', async () => {
    expect(pending.length).toBeGreaterThan(10);
    expect(await inAudit()).toEqual(expected([]));
  });

  it('move respond_by of what it held when it is lifted, and of nothing else', async () => {
    const lifts = planned.flatMap((freeze) => (freeze.lifted === null ? [] : [put(freeze, false, freeze.lifted)]));
    await database.engine.insert('event_rows', lifts.map(rowOf), 'lifts');
    refresher.touch(lifts.map(rowOf));
    const after = expected(planned);
    const moved = Object.entries(expected([])).filter(([id, at]) => after[id] !== at).length;
    expect(moved).toBeGreaterThan(3);
    expect(moved).toBeLessThan(pending.length);
    await eventually(async () => expect(await inAudit()).toEqual(after), { withinMs: 15_000 });
  });

  it('are found by another writer where the one that read the lift died', async () => {
    const thawed = await database.derive.thawedActions();
    const after = Object.entries(expected([])).filter(([id, at]) => expected(planned)[id] !== at);
    expect(thawed).toEqual(expect.arrayContaining(after.map(([id]) => id)));
  });
});
