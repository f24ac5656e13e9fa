import {
  advisory,
  brokenGlass,
  exceptions,
  expired,
  falseNegativeRate,
  falsePositiveRate,
  gateRate,
  harmfulExecuted,
  moneyDenied,
  moneyGated,
  overrideRate,
  redeemedWithoutOutcome,
  reviewerBurden,
  slaMissRate,
  timeToApprove,
  unlabelled,
  wouldGateRate,
} from '@countersign/metrics';
import type { DecidedAction } from '@countersign/metrics';
import { testEngine } from '@countersign/testing';
import { askMetrics } from './metrics-query.js';
import type { Dimension, MetricsGroup } from './metrics-query.js';
import { SINK_EVENTS } from './testing/bystanders.js';
import { testDatabase } from './testing/database.js';
import type { TestDatabase } from './testing/database.js';
import { tellStories } from './testing/story.js';
import type { Told } from './testing/told.js';

const from = new Date('2026-01-01T00:00:00.000Z');
const to = new Date('2027-01-01T00:00:00.000Z');
const now = new Date('2026-06-19T12:00:00.000Z');
const { log, told } = tellStories(7, 300);
const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** What the reference functions say, in the shape of the HTTP answer. */
function expectedGroup(key: MetricsGroup['key'], stories: readonly Told[]): MetricsGroup {
  const actions: readonly DecidedAction[] = stories.map(({ action }) => action);
  const [fp, fn] = [falsePositiveRate(actions), falseNegativeRate(actions)];
  return {
    key,
    actions: actions.length,
    gate_rate: gateRate(actions),
    would_gate_rate: wouldGateRate(actions),
    override_rate: overrideRate(actions),
    time_to_approve: timeToApprove(actions),
    sla_miss_rate: slaMissRate(actions, now.getTime()),
    false_positives: fp.k,
    false_negatives: fn.k,
    false_positive_rate: fp,
    false_negative_rate: fn,
    unlabelled: unlabelled(actions),
    harmful_executed: harmfulExecuted(actions),
    break_glass: brokenGlass(actions),
    exceptions: exceptions(stories.flatMap(({ votes }) => votes)),
    expired: expired(actions),
    escalations: stories.reduce((sum, { escalations }) => sum + escalations, 0),
    redeemed_without_outcome: redeemedWithoutOutcome(actions),
    advisory: advisory(actions),
    money_gated: moneyGated(actions),
    money_denied: moneyDenied(actions),
  };
}

const keyOf = ({ action, scene, decided_at }: Told, names: readonly Dimension[]): MetricsGroup['key'] => {
  const { agent_version, model_id } = scene.facts;
  const policy = { policy: scene.policy.name, policy_version: scene.policy.version };
  const all = { ...action, ...policy, agent_version, model_id, day: dateOf(decided_at) };
  return Object.fromEntries(names.map((name) => [name, name === 'reviewer_id' ? null : all[name]]));
};

function expectedGroups(stories: readonly Told[], names: readonly Dimension[]): MetricsGroup[] {
  const keys = new Map(stories.map((story) => [JSON.stringify(keyOf(story, names)), keyOf(story, names)]));
  return [...keys].map(([text, key]) => {
    const members = stories.filter((story) => JSON.stringify(keyOf(story, names)) === text);
    return expectedGroup(key, members);
  });
}

const byKey = (groups: MetricsGroup[]): Map<string, MetricsGroup> =>
  new Map(groups.map((group) => [JSON.stringify(Object.entries(group.key).sort()), group]));

describe('metrics of random facts on the real engine', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(await testEngine());
    await database.load(log.records, 37);
  }, 60_000);
  afterAll(() => database.drop());

  const groupings: Dimension[][] = [
    [],
    ['action_type'],
    ['gate', 'environment'],
    ['policy', 'policy_version'],
    ['day', 'policy_version', 'agent_version', 'model_id'],
  ];
  it.each(groupings.map((names) => [names.join('+') || 'everything', names] as const))(
    'by %s equal the reference functions',
    async (_, names) => {
      const answer = await askMetrics(database.engine, { tenant: 'acme', from, to, now, group_by: names, filters: {} });
      const expected = expectedGroups(
        told.filter(({ tenant }) => tenant === 'acme'),
        names,
      );
      expect(byKey(answer.groups)).toEqual(byKey(expected));
    },
  );

  it('count only the tenant, the filters and the cohort that were asked for', async () => {
    const end = new Date('2026-06-19T00:00:00.000Z');
    const filters = { environment: 'production', action_type: 'refund', gate: 'two-person', day: '2026-06-18' };
    const answer = await askMetrics(database.engine, { tenant: 'acme', from, to: end, now, group_by: [], filters });
    const members = told.filter(
      ({ tenant, action, decided_at }) =>
        tenant === 'acme' &&
        action.environment === 'production' &&
        action.action_type === 'refund' &&
        action.gate === 'two-person' &&
        dateOf(decided_at) === '2026-06-18',
    );
    expect(members.length).toBeGreaterThan(0);
    expect(answer.groups).toEqual(expectedGroups(members, []));
  });

  it('count by the name of a policy', async () => {
    const known = [...new Set(told.map(({ scene }) => scene.policy.name))];
    for (const policy of [...known, 'no-policy']) {
      const asked = { tenant: 'acme', from, to, now, group_by: [], filters: { policy } };
      const { groups } = await askMetrics(database.engine, asked);
      const members = told.filter(({ tenant, scene }) => tenant === 'acme' && scene.policy.name === policy);
      const actions = groups.map((group) => group.actions).reduce((sum, count) => sum + count, 0);
      expect([policy, actions]).toEqual([policy, members.length]);
    }
  });

  it('tell each person’s burden a day', async () => {
    const answer = await askMetrics(database.engine, { tenant: 'acme', from, to, now, group_by: [], filters: {} });
    const votes = told.filter(({ tenant }) => tenant === 'acme').flatMap((story) => story.votes);
    const expected = reviewerBurden(votes).map(({ day, minutes, ...rest }) => ({
      ...rest,
      day: dateOf(day * 86_400_000),
      minutes: minutes === null ? null : expect.closeTo(minutes, 6),
    }));
    expect(answer.reviewer_burden).toEqual(expected);
  });

  it.each([
    [{ policy: 'refunds' }],
    [{ policy: 'refunds', policy_version: '2' }],
    [{ agent_version: 'v2' }],
    [{ model_id: 'model-b', policy: 'posts' }],
  ])('tell the burden of %j alone', async (filters) => {
    const answer = await askMetrics(database.engine, { tenant: 'acme', from, to, now, group_by: [], filters });
    const names = Object.keys(filters) as Dimension[];
    const wanted = (story: Told): boolean =>
      names.every((name) => String(keyOf(story, names)[name]) === (filters as Record<string, string>)[name]);
    const members = told.filter((story) => story.tenant === 'acme' && wanted(story));
    const expected = reviewerBurden(members.flatMap(({ votes }) => votes));
    expect(answer.reviewer_burden.map(({ reviewer_id, actions }) => [reviewer_id, actions])).toEqual(
      expected.map(({ reviewer_id, actions }) => [reviewer_id, actions]),
    );
    expect(answer.groups).toEqual(expectedGroups(members, []));
    expect(members.length).toBeGreaterThan(20);
  });

  it('show who held an action back, let it go or called it back', async () => {
    const rows = await database.engine.rows<Record<string, string | null>>(
      'SELECT action_id, held_at, released_at, released_by, recalled_at, recalled_by FROM audit ORDER BY action_id',
    );
    const iso = (ms: number): string => new Date(ms).toISOString();
    const expected = told.map(({ action, hold }) => {
      const of = (status: string) => (hold?.ended?.status === status ? hold.ended : null);
      const [released, recalled] = [of('released'), of('recalled')];
      return {
        ...{ action_id: action.action_id, held_at: hold && iso(hold.held_at) },
        ...{ released_at: released && iso(released.at), released_by: released?.by ?? null },
        ...{ recalled_at: recalled && iso(recalled.at), recalled_by: recalled?.by ?? null },
      };
    });
    expect(rows).toEqual(expected.sort((a, b) => (a.action_id < b.action_id ? -1 : 1)));
    expect(new Set(rows.map(({ released_by, recalled_by }) => released_by ?? recalled_by)).size).toBe(4);
  });

  it('stand on stories that tell every event there is', async () => {
    const rows = await database.engine.rows<{ type: string }>("SELECT DISTINCT type FROM event_rows WHERE type != ''");
    expect(rows.map(({ type }) => type).sort()).toEqual([...SINK_EVENTS].sort());
  });

  it('know no handling time of a vote whose packet was never opened', async () => {
    const rows = await database.engine.rows<{ vote_id: string }>(
      'SELECT vote_id FROM votes WHERE handling_s IS NULL ORDER BY vote_id',
    );
    const unseen = told.flatMap(({ votes }) => votes.filter(({ shown_at }) => shown_at === null));
    expect(rows.map(({ vote_id }) => vote_id)).toEqual(unseen.map(({ vote_id }) => vote_id).sort());
    expect(rows.length).toBeGreaterThan(10);
  });

  it('name the issuer of a voter, and the exception by which somebody voted', async () => {
    const rows = await database.engine.rows(
      "SELECT vote_id, exception FROM votes WHERE issuer = 'i' AND exception IS NOT NULL ORDER BY vote_id",
    );
    const expected = told.flatMap(({ votes }) =>
      votes.flatMap(({ vote_id, exception }) => (exception === null ? [] : [{ vote_id, exception }])),
    );
    expect(rows).toEqual(expected.sort((a, b) => (a.vote_id < b.vote_id ? -1 : 1)));
    expect(rows.length).toBeGreaterThan(10);
  });

  it('show a vote that a change or late evidence voided as not counted', async () => {
    const rows = await database.engine.rows<{ vote_id: string; counted: boolean }>(
      'SELECT vote_id, counted FROM votes ORDER BY vote_id',
    );
    const expected = told.flatMap(({ votes }) => votes.map(({ vote_id, counted }) => ({ vote_id, counted })));
    expect(rows).toEqual(expected.sort((a, b) => (a.vote_id < b.vote_id ? -1 : 1)));
    expect(rows.some(({ counted }) => !counted)).toBe(true);
  });

  it('keep advice and audits out of what people decided, and count what audits found', async () => {
    const one = async <T>(query: string): Promise<T | undefined> => (await database.engine.rows<T>(query))[0];
    const asides = await one(
      "SELECT toUInt32(count()) AS n FROM audit WHERE reviewer_id = 'zoe' OR approvals_required = 7",
    );
    expect(asides).toEqual({ n: 0 });
    const kinds = await database.engine.rows<{ kind: string; asked: number; answered: number }>(`SELECT
      JSONExtractString(payload, 'request_kind') AS kind, toUInt32(countIf(type = 'RequestOpened')) AS asked,
      toUInt32(countIf(type = 'VoteRecorded' AND JSONExtractBool(payload, 'resolving'))) AS answered
      FROM events WHERE type IN ('RequestOpened', 'VoteRecorded') GROUP BY kind ORDER BY kind`);
    expect(kinds.map(({ kind }) => kind)).toEqual(['advisory', 'approval', 'audit', 'decoy']);
    for (const { asked, answered } of kinds) expect(Math.min(asked, answered)).toBeGreaterThan(10);
    const labels = await one<{ n: number; shown: number; probability: number }>(`SELECT
      (SELECT toUInt32(count()) FROM events WHERE type = 'SampleLabelled') AS n,
      (SELECT toUInt32(count()) FROM labels WHERE source = 'audit_sample' AND labelled_by = 'zoe') AS shown,
      (SELECT max(sample_probability) FROM audit WHERE label_source = 'audit_sample') AS probability`);
    expect(labels?.n).toBeGreaterThan(10);
    expect(labels).toMatchObject({ shown: labels?.n, probability: 0.25 });
  });

  it('show what a rollout recorded with the decision', async () => {
    const [row] = await database.engine.rows<object>(
      'SELECT DISTINCT shadows[1].policy_decision AS verdict, toUInt32(length(shadows)) AS versions, segment, unproven FROM audit',
    );
    expect(row).toEqual({ verdict: 'deny', versions: 1, segment: 'share 25 %: in', unproven: null });
  });
});
