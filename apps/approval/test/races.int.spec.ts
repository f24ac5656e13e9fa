import { randomUUID } from 'node:crypto';
import { derivedId, digestOf } from '@countersign/canonical';
import { decode, TOPICS } from '@countersign/events';
import type { ActionProposed, DeadLettered } from '@countersign/events';
import { eventually } from '@countersign/testing';
import { allowed, decided, gate, proposed, redemption, vote } from '../../../libs/approval/test/records.js';
import { Instances, requestId } from './instances.js';
import type { Reply } from './instances.js';

const INSTANCES = 3;
const run = randomUUID();
let made = 0;
/** An action of this run, proposed now. */
const fresh = (overrides: Partial<ActionProposed> = {}): ActionProposed =>
  proposed(`${run}-${(made += 1)}`, { submitted_at: Date.now(), ...overrides });

let system: Instances;
beforeAll(async () => {
  system = await Instances.start(INSTANCES);
}, 90_000);
afterAll(() => system.close(), 30_000);

const codeOf = ({ status, body }: Reply): string =>
  status < 300 ? 'ok' : String(body['type']).replace('urn:countersign:problem:', '');
const count = (codes: readonly string[]): Record<string, number> =>
  codes.reduce<Record<string, number>>((sums, code) => ({ ...sums, [code]: (sums[code] ?? 0) + 1 }), {});

async function allowedAction(): Promise<{ action: ActionProposed; token: string }> {
  const action = fresh();
  await system.decide(allowed(action));
  return { action, token: await system.token(action) };
}

describe('redemption over several instances', () => {
  it('one token × 1,000 in parallel → exactly one', async () => {
    const { action, token } = await allowedAction();
    const calls = Array.from({ length: 1_000 }, (_, index) => system.redeem(action, token, `r-${index}`, { index }));
    expect(count((await Promise.all(calls)).map(codeOf))).toEqual({ ok: 1, already_consumed: 999 });
  }, 60_000);

  it('500 tokens × 8 in parallel → exactly one each', async () => {
    const actions = Array.from({ length: 500 }, () => fresh());
    await Promise.all(actions.map((action) => system.decide(allowed(action))));
    const tokens = await Promise.all(actions.map((action, index) => system.token(action, index)));
    const results = await Promise.all(
      actions.map(async (action, at) => {
        const calls = Array.from({ length: 8 }, (_, index) =>
          system.redeem(action, tokens[at] ?? '', `r-${index}`, { index }),
        );
        return count((await Promise.all(calls)).map(codeOf));
      }),
    );
    expect(results.filter((result) => result['ok'] !== 1 || result['already_consumed'] !== 7)).toEqual([]);
  }, 90_000);

  it('the same request_id in parallel → the same answer, all but one repeated', async () => {
    const { action, token } = await allowedAction();
    const calls = Array.from({ length: 30 }, (_, index) => system.redeem(action, token, 'same', { index }));
    const replies = await Promise.all(calls);
    expect(count(replies.map(codeOf))).toEqual({ ok: 30 });
    expect(new Set(replies.map(({ body }) => body['redeemed_at'])).size).toBe(1);
    expect(replies.filter(({ body }) => body['repeated'] === false)).toHaveLength(1);
    expect(codeOf(await system.redeem(action, token, 'same', { action_digest: 'sha256:00' }))).toBe(
      'duplicate_request',
    );
  }, 30_000);

  it('a crash before the reply, then a retry on another instance, also after the token expired → the same answer', async () => {
    const action = fresh();
    // The grant lives for two seconds, and so does its token.
    await system.decide(allowed(action, { grant_ttl_s: 2 }));
    const token = await system.token(action);
    // The instance that appended this died before it could answer: the record is all that is left of the call.
    const { digest: action_digest, environment } = action;
    const grant_id = derivedId('grant', action.action_id);
    const body_hash = digestOf({
      grant_id,
      executor: ['executor', 'payments'],
      action_digest,
      environment,
      preconditions: null,
    });
    const left = {
      ...redemption(action, { client_request_id: 'crashed', token_expires_at: Date.now() + 2_000 }),
      body_hash,
    };
    await system.append('RedemptionRequested', left, 'approval');
    const first = await system.redeem(action, token, 'crashed');
    expect(first.body).toMatchObject({ result: 'ok', repeated: true, executor: 'payments' });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await system.redeem(action, token, 'crashed', { index: 1 })).body).toEqual(first.body);
    expect(codeOf(await system.redeem(action, token, 'another', { index: 2 }))).toBe('already_consumed');
  }, 30_000);

  it('an instance that starts later agrees', async () => {
    const { action, token } = await allowedAction();
    const first = await system.redeem(action, token, 'early');
    await system.add();
    const again = await system.redeem(action, token, 'early', { index: system.services.length - 1 });
    expect(again.body).toEqual({ ...first.body, repeated: true });
  }, 60_000);
});

describe("the executors' door", () => {
  it.each([
    ["another tenant's executor", 'wrong_audience', () => ({ key: system.strangerKey })],
    ['the proposing agent', 'ok', () => ({ key: system.agentKey })],
    ['another environment', 'wrong_environment', () => ({ environment: 'staging' })],
    ['another digest', 'action_digest_mismatch', () => ({ action_digest: 'sha256:00' })],
    ['no key', 'unauthenticated', () => ({ key: 'nothing' })],
    ['a token that is none', 'invalid_token', () => ({ token: 'a.b.c' })],
    ['an unknown member', 'invalid_request', () => ({ surprise: '1' })],
  ])('%s → %s', async (_, code, overrides) => {
    const { action, token } = await allowedAction();
    expect(codeOf(await system.redeem(action, token, 'x', overrides()))).toBe(code);
  });
});

describe('votes over several instances', () => {
  const RACES = 1_000;

  it(`two final votes at once × ${RACES} → one terminal outcome each`, async () => {
    const one = gate({ quorum: 1 });
    const actions = Array.from({ length: RACES }, () => fresh());
    await Promise.all(actions.map((action) => system.decide(decided(action, { gate: one }))));
    const [ann, bob] = await Promise.all([
      system.people.bearer('ann', ['finance']),
      system.people.bearer('bob', ['finance']),
    ]);
    await Promise.all(actions.map((action, index) => system.read(action, index)));
    const cast = (action: ActionProposed, index: number, authorization: string, ballot: string) => {
      const packet_digest = decided(action, { gate: one }).packet_digest;
      const url = `${system.url(index)}/v1/requests/${requestId(action)}/votes`;
      return system.call('POST', url, { authorization, 'idempotency-key': ballot }, { vote: ballot, packet_digest });
    };
    const replies = await Promise.all(
      actions.map((action, index) =>
        Promise.all([cast(action, index, ann, 'approve'), cast(action, index + 1, bob, 'deny')]),
      ),
    );
    expect(count(replies.flat().map(codeOf))).toEqual({ ok: RACES, already_terminal: RACES });
    const statuses = await Promise.all(
      actions.map(async (action, index) => {
        const { body } = await system.read(action, index + 2);
        return (body['document'] as unknown as { status: string }).status;
      }),
    );
    const winners = replies.map(([approval]) =>
      approval !== undefined && codeOf(approval) === 'ok' ? 'approved' : 'denied',
    );
    expect(statuses).toEqual(winners);
  }, 90_000);

  it('publishes each terminal outcome exactly once', async () => {
    const resolvedIds = async (): Promise<string[]> => {
      const records = await system.published(TOPICS.approvals, ({ key }) => key?.toString().includes(run) ?? false);
      const events = records.map(({ value }) => decode(value)).filter(({ name }) => name === 'RequestResolved');
      return events.map(({ event }) => (event as { action_id: string }).action_id);
    };
    const ids = await eventually(
      async () => {
        const found = await resolvedIds();
        expect(new Set(found).size).toBe(RACES);
        return found;
      },
      { withinMs: 30_000, everyMs: 500 },
    );
    expect(ids).toHaveLength(RACES);
  }, 60_000);
});

describe('forged records', () => {
  const wrongKeys = {
    intake: '0'.repeat(64),
    policy: '1'.repeat(64),
    approval: '2'.repeat(64),
    telemetry: '3'.repeat(64),
  };
  const lettersAbout = async (action: ActionProposed): Promise<DeadLettered[]> => {
    const records = await system.published(TOPICS.deadLetters, () => true);
    const letters = records.map(({ value }) => decode(value).event as DeadLettered);
    return letters.filter(({ key }) => key?.toString().includes(action.action_id));
  };

  it('a forged decision gives no token and one dead letter; its neighbours flow on', async () => {
    const action = fresh();
    await system.append('ActionDecided', allowed(action), 'policy', wrongKeys);
    const { action: neighbour, token } = await allowedAction();
    expect(codeOf(await system.redeem(neighbour, token, 'n'))).toBe('ok');
    expect((await system.read(action, 0, 'wait_ms=300')).status).toBe(404);
    await eventually(
      async () => expect((await lettersAbout(action)).map(({ reason }) => reason)).toEqual(['bad_mac']),
      { withinMs: 20_000 },
    );
  }, 60_000);

  it("a decision that approval itself signed is not believed: it is policy's to decide", async () => {
    const action = fresh();
    await system.append('ActionDecided', allowed(action), 'approval');
    await eventually(
      async () => expect((await lettersAbout(action)).map(({ reason }) => reason)).toEqual(['wrong_writer']),
      { withinMs: 20_000 },
    );
    expect((await system.read(action, 1, 'wait_ms=0')).status).toBe(404);
  }, 60_000);

  it('a forged vote approves nothing', async () => {
    const action = fresh();
    const request = decided(action, { gate: gate({ quorum: 1 }) });
    await system.decide(request);
    const forged = vote(action, 'ann', { packet_digest: request.packet_digest ?? '' });
    await system.append('VoteCast', forged, 'approval', wrongKeys);
    await eventually(async () => expect(await lettersAbout(action)).toHaveLength(1), { withinMs: 20_000 });
    const { document } = (await system.read(action)).body as unknown as {
      document: { status: string; grant: unknown };
    };
    expect([document.status, document.grant]).toEqual(['pending', null]);
  }, 60_000);
});
