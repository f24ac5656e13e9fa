import { randomBytes, randomUUID } from 'node:crypto';
import { apply, createState } from '@countersign/approval';
import type { PartitionState } from '@countersign/approval';
import { digestOf, sha256 } from '@countersign/canonical';
import { decode, isEvent, openRecord, recordKey, toRecord, topicConfigs, TOPICS } from '@countersign/events';
import type { ActionDecided, ActionProposed, MacKeys, PolicyPublished, WireRecord } from '@countersign/events';
import { connect, createAppender, createFold, ensureTopics } from '@countersign/kafka';
import type { Appender, InRecord, KafkaConnection } from '@countersign/kafka';
import { actionOf, activationOf, decide, PolicyHistory } from '@countersign/policy';
import { readAll, silentLog, testBroker } from '@countersign/testing';
import { decisionFields } from './decided-event.js';
import { Decider } from './decider.js';
import { NO_DENIALS } from './denials/denial-log.js';
import { NO_DRAWS } from './draws/draw-source.js';
import { ChangeSeal } from './lifecycle/change-seal.js';
import { PolicyLog } from './policy-log.js';
import { Velocity } from './velocity/velocity.js';

const SWAPS = 1_000;
const ACTIONS_PER_SWAP = 3;
/** Swaps that are under way together; the log has them in one order. */
const AT_ONCE = 5;
const ACTIONS = SWAPS * ACTIONS_PER_SWAP;
const key = (): string => randomBytes(32).toString('hex');
// Keys and a tenant of this run's own: what other specs wrote to the same topics is not believed here.
const macKeys: MacKeys = { intake: key(), policy: key(), approval: key(), telemetry: key() };
const tenant = `t-${randomUUID()}`;
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Two versions that decide most amounts differently, by other rules and other gates. */
const content = (limit: number, quorum: number): string => `name: pays
tenant: ${tenant}
action_types: { pay: { facts: { n: { at: /parameters/n, type: number } } } }
rules:
  - { name: under-${limit}, when: n < ${limit}.0, then: allow }
  - { name: over-${limit}, when: n >= ${limit}.0, then: require_approval, gate: people-${quorum} }
gates: { people-${quorum}: { quorum: ${quorum}, roles: [r] } }
fallback: people-${quorum}
`;
const published = (text: string): PolicyPublished => ({
  ...{ tenant, name: 'pays', content: text, content_hash: sha256(text), author: 'ann', note: null },
  ...{ published_at: 0, parent: null, cases: null },
});
const VERSIONS = [published(content(30, 1)), published(content(70, 2))] as const;

function proposal(index: number): WireRecord {
  const action_id = `act_${index}`;
  const event: ActionProposed = {
    ...{ tenant, action_id, run_id: 'run', agent_id: 'agent', agent_version: 'v', model_id: 'm' },
    ...{ idempotency_key: action_id, action_type: 'pay', environment: 'production', on_behalf_of: null, target: null },
    parameters: JSON.stringify(index % 10 === 0 ? {} : { n: index % 100 }),
    ...{
      before: null,
      after: null,
      before_stated_by: 'agent',
      after_stated_by: 'agent',
      diff: null,
      diff_truncated: false,
      rationale: null,
    },
    ...{
      confidence: null,
      signals: null,
      context: null,
      preconditions: null,
      attestations: null,
      sensitive: [],
      supersedes: null,
      reverses: null,
    },
    ...{ respond_within_s: null, amount_value: null, amount_currency: null, operators: [] },
    ...{ digest: digestOf(index), body_hash: digestOf(index), submitted_via: 'http', submitted_at: Date.now() },
  };
  const place = { topic: TOPICS.actions, name: 'ActionProposed' as const, event, key: recordKey(tenant, action_id) };
  return toRecord({ ...place, id: action_id, timeMs: Date.now(), service: 'intake', macKeys });
}

let connection: KafkaConnection;
let appender: Appender;
let policies: PolicyLog;
/** Decisions of this run in the order of the log, partition by partition. */
let decisions: { readonly event: ActionDecided; readonly record: InRecord }[];
let proposals: InRecord[];

const isOurs = ({ key: recordOf }: InRecord): boolean => recordOf?.toString().startsWith(`${tenant}|`) === true;
const nothingCounted = new Velocity({ enter: () => Promise.reject(new Error('nothing is counted')), find: () => null });
const deciderOver = (current: () => PolicyHistory): Decider =>
  new Decider({
    policies: { current },
    velocity: nothingCounted,
    appender,
    macKeys,
    draws: NO_DRAWS,
    denials: NO_DENIALS,
    seal: new ChangeSeal(macKeys),
  });

async function readDecisions(): Promise<typeof decisions> {
  const records = (await readAll(connection, TOPICS.approvalLog)).filter(isOurs);
  return records.map((record) => ({ event: openRecord(record, macKeys).event as ActionDecided, record }));
}

/** Swaps the active version again and again while actions keep coming and are decided as they come. */
async function swapUnderLoad(): Promise<void> {
  const decider = deciderOver(() => policies.current());
  const handled: Promise<unknown>[] = [];
  const consumer = createFold(connection, {
    ...{ topics: [TOPICS.actions], groupPrefix: 'spec-decider', startTimestampMs: () => Date.now() - 60_000 },
    onRecord: (record) => void (isOurs(record) && handled.push(decider.decide(record))),
  });
  await consumer.start();
  const sent: Promise<unknown>[] = [];
  for (let swap = 0; swap < SWAPS; swap += 1) {
    const first = swap * ACTIONS_PER_SWAP;
    sent.push(appender.append(Array.from({ length: ACTIONS_PER_SWAP }, (_, index) => proposal(first + index))));
    const next = VERSIONS[(swap + 1) % 2]!;
    const event = { ...activationOf(next, ((swap + 1) % 2) + 1), action_id: `act_swap_${swap}`, changed_at: swap };
    const swapped = policies.append([{ name: 'PolicyStateChanged', event }]);
    sent.push(swapped);
    if (swap % AT_ONCE === 0) await swapped;
  }
  await Promise.all(sent);
  await consumer.catchUp(20_000);
  await Promise.all(handled);
  await consumer.close();
  expect(handled).toHaveLength(ACTIONS);
}

beforeAll(async () => {
  const { brokers } = await testBroker();
  connection = connect({ brokers, clientId: 'policy-swap', log: silentLog });
  const used: string[] = [TOPICS.policies, TOPICS.actions, TOPICS.approvalLog];
  const topics = topicConfigs.filter(({ topic }) => used.includes(topic));
  await ensureTopics(connection, topics);
  appender = createAppender(connection);
  policies = new PolicyLog({ connection, appender, macKeys, log });
  await policies.open([], { operator: 'ann', follow: false });
  const [first] = VERSIONS;
  await policies.append(VERSIONS.map((event) => ({ name: 'PolicyPublished', event })));
  await policies.append([{ name: 'PolicyStateChanged', event: activationOf(first, 1) }]);
  await swapUnderLoad();
  decisions = await readDecisions();
  proposals = (await readAll(connection, TOPICS.actions)).filter(isOurs);
}, 120_000);
afterAll(async () => {
  await policies.close();
  await appender.close();
  await connection.close();
});

/** What a decision says, without what it is about. */
const saidBy = (event: ActionDecided, fields: ReturnType<typeof decisionFields>): Partial<ActionDecided> =>
  Object.fromEntries(Object.keys(fields).map((name) => [name, event[name as keyof ActionDecided]]));

describe('the active version, swapped 1,000 times under load', () => {
  it('gives every action one decision that names one version', () => {
    expect(new Set(decisions.map(({ event }) => event.action_id)).size).toBe(ACTIONS);
    expect(decisions).toHaveLength(ACTIONS);
    const named = decisions.map(({ event }) => `${event.policy_name}@${event.policy_version}`);
    expect([...new Set(named)].sort()).toEqual(['pays@1', 'pays@2']);
  });

  it('lets every decision be made again, offline, by the version that it names', async () => {
    const offline = new PolicyLog({ connection, appender, macKeys, log });
    await offline.open([], { operator: 'ann', follow: false });
    const different = decisions.filter(({ event }) => {
      const action = decode(event.action);
      if (!isEvent(action, 'ActionProposed')) return true;
      const speaker = offline.current().speaker(tenant, event.policy_name, event.policy_version);
      if (speaker === null) return true;
      const circumstances = { tenant, evidence: null, draws: null };
      const again = decisionFields(decide(speaker, actionOf(action.event), circumstances));
      return digestOf(again) !== digestOf(saidBy(event, again));
    });
    await offline.close();
    expect(different).toEqual([]);
  }, 30_000);

  it('re-grades no pending request when an action is delivered again and another version speaks', async () => {
    const only = new PolicyHistory();
    VERSIONS.forEach((version) => only.publish(version, 0));
    only.change(activationOf(VERSIONS[1], 2), 0);
    const other = deciderOver(() => only);
    await Promise.all(proposals.map((record) => other.decide(record)));
    const states = new Map<number, PartitionState>();
    for (const { event, record } of await readDecisions()) {
      const state = states.get(record.partition) ?? createState(record.partition, { publishes: false });
      states.set(record.partition, state);
      apply(state, { name: 'ActionDecided', event, timestampMs: record.timestampMs });
    }
    const folded = new Map([...states.values()].flatMap(({ actions }) => [...actions]));
    const regraded = decisions.filter(({ event }) => {
      const { decided, request } = folded.get(event.action_id) ?? {};
      return (
        decided?.policy_version !== event.policy_version || (request?.gate.name ?? null) !== (event.gate?.name ?? null)
      );
    });
    expect(regraded).toEqual([]);
    const conflicts = [...states.values()].reduce((sum, { counters }) => sum + counters.conflicting_decisions, 0);
    const byFirst = decisions.filter(({ event }) => event.policy_version === 1);
    expect(conflicts).toBe(byFirst.length);
  }, 30_000);
});
