import { eventually } from '@countersign/testing';
import { waitForDecision } from '@countersign/sdk';
import type { ActionDocument, Endpoint, JsonObject } from '@countersign/sdk';
import { randomUUID } from 'node:crypto';
import type { Person } from '../../apps/cli/src/shared/callers.js';
import { castVote, readRequest } from '../../apps/cli/src/shared/vote.js';
import { world } from './support/system.js';
import { inForce } from './support/policy-in-force.js';

const NAME = `blind-${randomUUID().slice(0, 8)}`;
/** Two of three are enough either way, so the same end comes of opposite votes; every approval is reviewed blind. */
const content = `name: ${NAME}
tenant: acme
action_types: { ${NAME}: {} }
rules: [{ name: all, then: require_approval, gate: people }]
gates:
  people: { quorum: 2, deny_quorum: 2, roles: [finance], audit: { review: 1 } }
  reviewers: { quorum: 1, roles: [legal] }
audit: { sample: {}, gate: reviewers }
fallback: people
`;
const cases = `policy: ${NAME}
tenant: acme
base: { action_type: ${NAME} }
cases: [{ name: waits, want: { decision: require_approval } }]
`;

const SAID = 'nobody may read';
const SERVICES = ['approval', 'intake', 'telemetry', 'policy'] as const;
type Service = (typeof SERVICES)[number];
const urlOf = (service: Service): string => world().local[`${service}_url`];

/** Votes of these people on an action that is approved in the end, whoever denied. */
async function voted(votes: readonly (readonly [who: string, vote: 'approve' | 'deny'])[]): Promise<ActionDocument> {
  const action = await world().decided({
    ...{ run_id: `flow-${randomUUID()}`, agent: { id: 'refund-agent', version: 'v1' }, model: { id: 'm' } },
    ...{ action_type: NAME, environment: 'production', target: 'order:1', parameters: { n: 1 } },
  });
  for (const [who, vote] of votes) await world().vote(who, action, { vote, reason: `${SAID} ${who}` });
  return waitForDecision(world().agent(), action.action_id, { timeoutMs: 15_000 });
}

/** Every route that can be read, with the ids of one action in place of what it names. */
async function routesOf(action: ActionDocument, reviewId: string): Promise<[Service, string][]> {
  const { action_id, run_id, request } = action;
  const ids: Record<string, string> = { action_id, run_id, name: NAME, version: '1', subject: 'ann', batch: 'none' };
  const found: [Service, string][] = [];
  for (const service of SERVICES) {
    const { paths } = (await (await fetch(`${urlOf(service)}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    for (const [path, methods] of Object.entries(paths)) {
      if (!('get' in methods) || path.endsWith('/events') || /^\/(schemas|subjects|config)/.test(path)) continue;
      for (const request_id of path.includes('{request_id}') ? [request?.request_id ?? '', reviewId] : [''])
        found.push([
          service,
          path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ({ ...ids, request_id })[name] ?? name),
        ]);
    }
  }
  return found;
}

const PEOPLE = ['ann', 'bob', 'cat', 'oli'];
/** Questions that single out one action, asked about each of the people who may have voted. */
const questions = (decidedAt: string, { action_id, run_id }: ActionDocument): [Service, string][] => {
  const [from, to] = [0, 1].map((ms) => new Date(Date.parse(decidedAt) + ms).toISOString());
  const narrow = `from=${from}&to=${to}`;
  const all: string[] = PEOPLE.flatMap((who) => [
    `/v1/audit/actions?${narrow}&reviewer_id=${who}`,
    `/v1/audit/actions?action_id=${action_id}&reviewer_id=${who}`,
    `/v1/audit/actions?run_id=${run_id}&reviewer_id=${who}&limit=1`,
    `/v1/metrics?${narrow}&reviewer_id=${who}`,
    `/v1/metrics?${narrow}&reviewer_id=${who}&group_by=reviewer_id,gate`,
  ]);
  const grouped = [`/v1/metrics?${narrow}&group_by=reviewer_id`, `/v1/metrics?${narrow}&group_by=reviewer_id,day`];
  const burden = `/v1/metrics?action_type=${NAME}`;
  const listed = [`/v1/requests?status=approved&action_type=${NAME}&run_id=${run_id}`];
  return [
    ...[...all, ...grouped, burden].map((path): [Service, string] => ['telemetry', path]),
    ...listed.map((path): [Service, string] => ['approval', path]),
    ['intake', `/v1/actions?run_id=${run_id}`],
  ];
};

/** An answer without what differs between any two actions: ids, hashes, times and how long things took. */
const plain = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.Z]*/g, 'TIME')
    .replaceAll(/\b1[0-9]{12}\b/g, 'TIME')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(/(sha256:)?[0-9a-f]{64}/g, 'HASH')
    .replaceAll(/"(median_s|p95_s|minutes|log_time|waiting_s)":[\d.]+/g, '"$1":SPAN')
    .replaceAll(/"(next_cursor|cursor)":"[^"]*"/g, '"$1":"CURSOR"');

const read = async (endpoint: Endpoint, path: string): Promise<string> =>
  endpoint.send({ method: 'GET', path }).then(
    ({ body }) => plain(JSON.stringify(body)),
    (fault: { code?: string; status?: number }) => `${fault.status ?? ''} ${fault.code ?? ''}`,
  );

const answersTo = async (person: Person, routes: readonly [Service, string][]): Promise<[string, string][]> => {
  const answers: [string, string][] = [];
  for (const [service, path] of routes) answers.push([plain(`${service} ${path}`), await read(person[service], path)]);
  return answers;
};

describe('until a blind review is answered', () => {
  it('no route says who voted what to whoever may answer it, nor intake and telemetry to anybody but admins', async () => {
    await inForce(NAME, content, cases);
    const one = await voted([
      ['ann', 'approve'],
      ['bob', 'deny'],
      ['cat', 'approve'],
    ]);
    const two = await voted([
      ['cat', 'deny'],
      ['bob', 'approve'],
      ['ann', 'approve'],
    ]);
    const both = await eventually(async () =>
      Promise.all(
        [one, two].map(async (action) => {
          const path = `/v1/audit/actions?action_id=${action.action_id}`;
          const answer = await (await world().person('max')).telemetry.send({ method: 'GET', path });
          const [item] = (answer.body as { items: JsonObject[] }).items;
          expect(item).toMatchObject({ approval: { status: 'approved' } });
          const sql = `SELECT request_id FROM events WHERE action_id = '${action.action_id}' AND type = 'RequestOpened' AND JSONExtractBool(payload, 'blind_review')`;
          const [review] = await world().rows<{ request_id: string }>(sql);
          expect(review).toBeDefined();
          const decidedAt = String((item?.['decision'] as JsonObject | undefined)?.['decided_at']);
          return { action, decidedAt, reviewId: review?.request_id ?? '' };
        }),
      ),
    );
    const routes = await Promise.all(
      both.map(async ({ action, decidedAt, reviewId }) => [
        ...(await routesOf(action, reviewId)),
        ...questions(decidedAt, action),
      ]),
    );
    const seen = async (who: string, services: readonly Service[]) => {
      const person = await world().person(who);
      const own = routes.map((all) => all.filter(([service]) => services.includes(service)));
      return Promise.all(own.map((all) => answersTo(person, all)));
    };
    for (const [who, services] of [
      ['lex', SERVICES],
      ['dan', ['intake', 'telemetry']],
      ['lou', ['intake', 'telemetry']],
    ] as const) {
      const [first = [], second = []] = await seen(who, services);
      expect(first.length).toBeGreaterThan(20);
      expect(first.filter(([, answer]) => !/^\d/.test(answer)).length).toBeGreaterThan(15);
      expect(second).toEqual(first);
      expect(JSON.stringify(first)).not.toContain(SAID);
    }
    // The same questions tell an admin, and after the answer everybody.
    const [asAdmin = [], asAdminToo = []] = await seen('max', ['telemetry']);
    expect(asAdminToo).not.toEqual(asAdmin);
    const lex = await world().person('lex');
    for (const { reviewId } of both) {
      expect((await readRequest(lex, reviewId))['you']).toMatchObject({ can_vote: true });
      await castVote(lex, reviewId, { vote: 'harmless', reason: 'as it should be' });
    }
    await eventually(async () => {
      const [first, second] = await seen('dan', ['telemetry']);
      expect(second).not.toEqual(first);
    });
  }, 120_000);
});
