import { randomUUID } from 'node:crypto';
import type { ActionDecided, ActionProposed } from '@countersign/events';
import { decode, topicConfigs, TOPICS } from '@countersign/events';
import { createAppender, ensureTopics } from '@countersign/kafka';
import type { Appender, KafkaConnection } from '@countersign/kafka';
import { actionOf, decide, entriesOf, recordedWindows, recount, velocityOf } from '@countersign/policy';
import type { CountedWindows } from '@countersign/policy';
import { connectTo, eventually, testBroker } from '@countersign/testing';
import { readCorpus } from './testing/patterns.js';
import type { Pattern } from './testing/patterns.js';
import { Decisions, Instance, newKeys, proposal } from './testing/rig.js';
import type { RigOptions } from './testing/rig.js';

const { policy, content, patterns } = readCorpus();
const macKeys = newKeys();
const DAY_MS = 86_400_000;

let connection: KafkaConnection;
let appender: Appender;
let decisions: Decisions;

beforeAll(async () => {
  connection = connectTo((await testBroker()).brokers);
  const wanted: readonly string[] = [TOPICS.actions, TOPICS.windows, TOPICS.approvalLog];
  const topics = topicConfigs.filter(({ topic }) => wanted.includes(topic));
  await ensureTopics(connection, topics);
  appender = createAppender(connection);
  decisions = new Decisions(connection, macKeys);
  await decisions.start();
}, 60_000);

afterAll(async () => {
  await decisions.close();
  await appender.close();
  await connection.close();
});

const instance = (more: Partial<RigOptions> & { groupId: string }): Promise<Instance> =>
  new Instance({ connection, macKeys, content, longestMs: DAY_MS, ...more }).start();

const propose = (...actions: ActionProposed[]): Promise<unknown> =>
  appender.append(actions.map((action) => proposal(action, macKeys)));

const countedIn = ({ explanation }: ActionDecided): CountedWindows => recordedWindows(explanation) ?? {};

/** What is on the log, read again by a new instance and counted again by the pure function: differences from the decisions. */
async function replayDifferences(actions: readonly ActionProposed[]): Promise<string[]> {
  const cold = new Instance({ connection, macKeys, content, longestMs: DAY_MS, groupId: randomUUID() });
  await cold.windows.open(DAY_MS);
  const history = actions.map((event) => {
    const [first] = decisions.of(event);
    const { tenant, action_id, agent_id } = event;
    const recorded = first ? countedIn(first) : null;
    return { tenant, action_id, agent_id, at_ms: first?.proposed_at ?? 0, action: actionOf(event), recorded };
  });
  const again = recount([policy], history);
  const differences = history.flatMap((past, index) => {
    const found = entriesOf([policy], past, past.action).map((entry) => [
      entry.window,
      cold.windows.find(entry)?.counted,
    ]);
    const same = [again[index], Object.fromEntries(found)].map((one) => JSON.stringify(sorted(one ?? {})));
    return same.every((text) => text === JSON.stringify(sorted(past.recorded ?? {}))) ? [] : [past.action_id];
  });
  await cold.close();
  return differences;
}

const sorted = (windows: object): unknown =>
  Object.entries(windows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([window, one]) => [window, Object.entries(one as object).sort()]);

/** Decisions that are not what their own version says of what they recorded. */
const offlineDifferences = (actions: readonly ActionProposed[]): string[] =>
  actions.flatMap((event) => {
    const [first] = decisions.of(event);
    if (first === undefined) return [event.action_id];
    const proposed = decode(first.action).event as ActionProposed;
    const offline = decide({ policy, version: 1 }, { ...actionOf(proposed), counted: countedIn(first) });
    return JSON.stringify(offline.trail) === first.explanation &&
      offline.effective_decision === first.effective_decision
      ? []
      : [event.action_id];
  });

/** All of a decision but when its copy of the proposal was appended. */
const judgement = ({ proposed_at: _, ...rest }: ActionDecided): string => JSON.stringify(rest);

/** The pattern's actions under tenants of this run and pattern. */
function ownActions({ actions }: Pattern): Map<string, ActionProposed> {
  const run = randomUUID();
  return new Map([...actions].map(([id, action]) => [id, { ...action, tenant: `${action.tenant}-${run}` }]));
}

describe('the corpus against a broker', () => {
  const groupId = `spec-${randomUUID()}`;
  let live: Instance;

  beforeAll(async () => {
    live = await instance({ groupId });
  }, 30_000);
  afterAll(() => live.close());

  /** Delivers the steps one by one; each waits for its decision. */
  async function deliver({ steps }: Pattern, actions: ReadonlyMap<string, ActionProposed>): Promise<void> {
    for (const step of steps) {
      if (step.kind === 'restart') {
        await live.close();
        live = await instance({ groupId });
        continue;
      }
      const action = actions.get(step.id)!;
      const before = decisions.of(action).length;
      await propose(action);
      await eventually(() => expect(decisions.of(action).length).toBeGreaterThan(before), { everyMs: 2 });
    }
  }

  const delivered: ActionProposed[] = [];
  const untimed = patterns.filter(({ timed }) => !timed);
  it.each(untimed.map((pattern) => [pattern.name, pattern] as const))(
    '%s',
    async (_name, pattern) => {
      const actions = ownActions(pattern);
      await deliver(pattern, actions);
      const waiting = [...actions].filter(([, action]) => decisions.of(action)[0]?.effective_decision !== 'allow');
      expect(waiting.map(([id]) => id)).toEqual(pattern.people);
      for (const [id, values] of Object.entries(pattern.values)) {
        const action = actions.get(id)!;
        const seen = velocityOf(policy, action.action_type, countedIn(decisions.of(action)[0]!));
        const shown = Object.keys(values).map((name) => {
          const value = seen[name] ?? null;
          return [name, typeof value === 'object' && value !== null ? (value as { value: string }).value : value];
        });
        expect([id, Object.fromEntries(shown)]).toEqual([id, values]);
      }
      // A copy of an action has a copy of its decision.
      for (const action of actions.values()) expect(new Set(decisions.of(action).map(judgement)).size).toBe(1);
      delivered.push(...actions.values());
    },
    30_000,
  );

  it('says the same on replay', async () => {
    expect(delivered.length).toBeGreaterThan(100);
    expect(offlineDifferences(delivered)).toEqual([]);
    expect(await replayDifferences(delivered)).toEqual([]);
  }, 30_000);
});

describe('two instances, restarts and lost decisions', () => {
  it('count every action once, and a replay says the same', async () => {
    const groupId = `spec-${randomUUID()}`;
    const tenant = `acme-${randomUUID()}`;
    const [pattern] = patterns;
    const base = [...pattern!.actions.values()][0]!;
    const actions = Array.from({ length: 240 }, (_, index): ActionProposed => {
      const [id, agent_id, on_behalf_of] = [`act_${index}`, `bot-${index % 5}`, `customer:${index % 3}`];
      return { ...base, tenant, action_id: id, idempotency_key: id, body_hash: id, agent_id, on_behalf_of, target: id };
    });
    let turn = 0;
    const loses = (): boolean => ++turn % 5 === 0;
    const [first, second] = [await instance({ groupId, loses }), await instance({ groupId, loses })];
    await propose(...actions.slice(0, 90));
    await first.close();
    await propose(...actions.slice(60, 150));
    const third = await instance({ groupId, loses });
    await propose(...actions.slice(150), ...actions.slice(100, 200));
    await second.close();
    await eventually(() => expect(actions.filter((one) => decisions.of(one).length === 0)).toEqual([]), {
      withinMs: 40_000,
    });
    await third.close();
    expect(turn).toBeGreaterThan(actions.length);

    for (const action of actions) expect(new Set(decisions.of(action).map(judgement)).size).toBe(1);
    const counts = (window: string, of: (action: ActionProposed) => boolean): (number | null | undefined)[] =>
      actions
        .filter(of)
        .map((one) => countedIn(decisions.of(one)[0]!)[window]?.count)
        .sort((a, b) => (a ?? 0) - (b ?? 0));
    for (const customer of [0, 1, 2])
      expect(
        counts('payouts/customer_count:on_behalf_of:86400s', (one) => one.on_behalf_of === `customer:${customer}`),
      ).toEqual(Array.from({ length: 80 }, (_, index) => index + 1));
    expect(counts('payouts/agent_hour:agent:3600s', (one) => one.agent_id === 'bot-4')).toEqual(
      Array.from({ length: 48 }, (_, index) => index + 1),
    );
    expect(offlineDifferences(actions)).toEqual([]);
    expect(await replayDifferences(actions)).toEqual([]);
  }, 60_000);
});
