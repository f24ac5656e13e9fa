import { createClient } from './client.js';
import { createAuthority, documentOf, ISSUER, refund, type Authority } from './testing/fixtures.js';
import { SdkError } from './errors.js';
import { guard, type GuardOptions } from './guard.js';
import type { Effect } from './report-effect.js';
import { startPeer, type Peer, type Received, type Reply } from './testing/peer.js';
import type { JsonObject, Proposal } from './types.js';

const options: GuardOptions = {
  ...{ tenant: 'acme', issuer: ISSUER, idempotencyKey: 'k-1' },
  preconditionsNow: () => Promise.resolve({ order_etag: '7' }),
};
const ok = { result: 'ok', grant_id: 'grant_1', action_id: 'act_1', executor: 'e', redeemed_at: '', repeated: false };
const problem = (code: string, status: number): Reply => ({
  status,
  body: { type: `urn:countersign:problem:${code}`, title: code, status },
});

let authority: Authority;
let peer: Peer;
beforeAll(async () => {
  authority = await createAuthority();
});
afterEach(() => peer.close());

interface Script {
  settled: JsonObject;
  redeem?: Reply;
}

/** Plays intake and approval: pending at first, then what the script says. */
function answer(script: Script, request: Received): Reply {
  if (request.path === '/v1/actions') return { status: 202, body: documentOf('pending', null) };
  if (request.path.startsWith('/v1/actions/act_1?wait=')) return { status: 200, body: script.settled };
  if (request.path === '/.well-known/jwks.json') return { status: 200, body: authority.keys };
  if (request.path === '/v1/grants/redeem') return script.redeem ?? { status: 200, body: ok };
  return { status: 201, body: script.settled };
}

async function play(script: Script, proposal: Proposal = refund, more: Partial<GuardOptions> = {}) {
  peer = await startPeer((request) => answer(script, request));
  const client = createClient({ intakeUrl: peer.url, approvalUrls: [peer.url], apiKey: 'key', retryForMs: 200 });
  const ran: JsonObject[] = [];
  const run = async (parameters: JsonObject) => {
    ran.push(parameters);
    return { result: { tx_id: 'tx-1' } };
  };
  return { ran, done: guard(client, proposal, run, { ...options, ...more }) };
}

const paths = (): string[] => peer.received.map((seen) => seen.path.split('?')[0] as string);

describe('guard', () => {
  it('runs after the redemption and reports the outcome', async () => {
    const { ran, done } = await play({ settled: documentOf('approved', await authority.sign()) });
    await expect(done).resolves.toMatchObject({ reportError: null, effect: { result: { tx_id: 'tx-1' } } });
    expect(ran).toEqual([refund.parameters]);
    expect(paths()).toEqual([
      '/v1/actions',
      '/v1/actions/act_1',
      '/.well-known/jwks.json',
      '/v1/grants/redeem',
      '/v1/actions/act_1/outcome',
    ]);
    expect(JSON.parse(peer.received[4]?.body ?? '')).toMatchObject({ status: 'executed', result: { tx_id: 'tx-1' } });
  });

  it('runs with its own plain parameters where the document shows keyed hashes', async () => {
    const settled = documentOf('approved', await authority.sign()) as JsonObject & { effective: JsonObject };
    settled.effective = { ...settled.effective, parameters: { amount: 'hmac-sha256:k1:00' } };
    const { ran, done } = await play({ settled });
    await expect(done).resolves.toMatchObject({ reportError: null });
    expect(ran).toEqual([refund.parameters]);
  });

  it.each(['denied', 'expired', 'cancelled', 'pending'] as const)(
    'never runs a %s action, even with a token',
    async (status) => {
      const settled = documentOf(status, await authority.sign());
      const { ran, done } = await play({ settled }, refund, { timeoutMs: 0 });
      await expect(done).rejects.toMatchObject({ code: 'not_approved', details: { status } });
      expect(ran).toEqual([]);
      expect(paths()).not.toContain('/v1/grants/redeem');
    },
  );

  it.each(['already_consumed', 'revoked', 'frozen', 'expired'])('never runs when redeem says %s', async (code) => {
    const script = { settled: documentOf('approved', await authority.sign()), redeem: problem(code, 409) };
    const { ran, done } = await play(script);
    await expect(done).rejects.toMatchObject({ code });
    expect(ran).toEqual([]);
  });

  it('never runs while it is unknown whether the redemption took effect', async () => {
    const script = { settled: documentOf('approved', await authority.sign()), redeem: problem('unknown_outcome', 503) };
    const { ran, done } = await play(script);
    await expect(done).rejects.toMatchObject({ code: 'unknown_outcome' });
    expect(ran).toEqual([]);
    const sent = peer.received.filter((seen) => seen.path === '/v1/grants/redeem').map((seen) => seen.body);
    expect(sent.length).toBeGreaterThan(1);
    expect(new Set(sent).size).toBe(1);
  });

  it('refuses when the parameters were changed while people were reading', async () => {
    const proposal = structuredClone(refund);
    const { ran, done } = await play({ settled: documentOf('approved', await authority.sign()) }, proposal);
    proposal.parameters['order_id'] = '99999';
    await expect(done).rejects.toMatchObject({ code: 'action_digest_mismatch' });
    expect(ran).toEqual([]);
    expect(JSON.parse(peer.received[0]?.body ?? '')).toMatchObject({ parameters: { order_id: '12345' } });
    expect(paths()).not.toContain('/v1/grants/redeem');
  });

  it('refuses parameters that reviewers changed unless the caller takes them', async () => {
    const changed = { ...refund.parameters, amount: { value: '100.00', currency: 'USD' } };
    const { ran, done } = await play({ settled: documentOf('approved', await authority.sign(), changed) });
    await expect(done).rejects.toMatchObject({ code: 'changed_by_reviewer' });
    expect(ran).toEqual([]);
  });

  it('reports a failed effect and passes the error on', async () => {
    const settled = documentOf('approved', await authority.sign());
    peer = await startPeer((request) => answer({ settled }, request));
    const client = createClient({ intakeUrl: peer.url, approvalUrls: [peer.url], apiKey: 'key' });
    const run = () => Promise.reject(new Error('card refused'));
    await expect(guard(client, refund, run, options)).rejects.toThrow('card refused');
    expect(JSON.parse(peer.received.at(-1)?.body ?? '')).toMatchObject({ status: 'failed' });
  });

  it('asks for a way to see the preconditions again before it proposes', async () => {
    const { ran, done } = await play({ settled: documentOf('pending', null) }, refund, { preconditionsNow: undefined });
    await expect(done).rejects.toMatchObject({ code: 'wrong_use' });
    expect([ran, peer.received]).toEqual([[], []]);
  });

  it('sends the preconditions as the world has them when it redeems', async () => {
    const settled = documentOf('approved', await authority.sign());
    const more = { preconditionsNow: () => Promise.resolve({ order_etag: '8' }) };
    const { done } = await play({ settled, redeem: problem('precondition_changed', 409) }, refund, more);
    await expect(done).rejects.toMatchObject({ code: 'precondition_changed' });
    expect(JSON.parse(peer.received.at(-1)?.body ?? '')).toMatchObject({ preconditions: { order_etag: '8' } });
  });
});

describe('an effect that has happened', () => {
  const outcomes = (): unknown[] =>
    peer.received.filter(({ path }) => path.endsWith('/outcome')).map(({ body }) => JSON.parse(body));
  const circle: JsonObject = {};
  circle['self'] = circle;

  async function run(answers: (nth: number) => Reply, effect: () => Promise<unknown>) {
    const settled = documentOf('approved', await authority.sign());
    let nth = 0;
    peer = await startPeer((request) =>
      request.path.endsWith('/outcome') ? answers(nth++) : answer({ settled }, request),
    );
    const client = createClient({ intakeUrl: peer.url, approvalUrls: [peer.url], apiKey: 'key', retryForMs: 150 });
    return { client, settled, done: guard(client, refund, effect as () => Promise<Effect>, options) };
  }
  const taken = (): Reply => ({ status: 201, body: {} });

  it.each<[string, unknown]>([
    ['a BigInt', { result: { id: 10n } }],
    ['NaN', { result: { rate: Number.NaN } }],
    ['an infinite number', { result: { rate: Infinity } }],
    ['a circle', { result: circle }],
    ['a function', { result: () => 1 }],
    ['a list', { result: [1] }],
    ['a text', { result: 'paid' }],
    ['a lone surrogate', { result: { name: '\ud800' } }],
    ['a Map', { result: { ids: new Map([['tx', 1]]) } }],
    ['a Set', { result: { ids: new Set(['tx-1']) } }],
    ['bytes', { result: { pdf: new Uint8Array(3) } }],
  ])('is reported as executed where its result is %s', async (_name, effect) => {
    const { done } = await run(taken, () => Promise.resolve(effect));
    await expect(done).resolves.toMatchObject({ ran: true, reportError: { code: 'unreportable_result' } });
    expect(outcomes()).toMatchObject([{ status: 'executed', result: {} }]);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'paid'],
  ])('is reported as executed where it answers %s', async (_name, effect) => {
    const { done } = await run(taken, () => Promise.resolve(effect));
    await expect(done).resolves.toMatchObject({ ran: true, reportError: null });
    expect(outcomes()).toMatchObject([{ status: 'executed', result: {} }]);
  });

  it('is reported without what the server refuses, such as a time that its clock does not believe', async () => {
    const { done } = await run(
      (nth) => (nth === 0 ? problem('invalid_action', 422) : taken()),
      () => Promise.resolve({ result: { tx_id: 'tx-1' } }),
    );
    await expect(done).resolves.toMatchObject({ ran: true, reportError: { code: 'invalid_action' } });
    expect(outcomes()).toMatchObject([{ result: { tx_id: 'tx-1' } }, { status: 'executed' }]);
    expect(outcomes()[1]).not.toHaveProperty('occurred_at');
  });

  it('answers with itself where nothing can be reported, and a call with the same key reports it and runs nothing', async () => {
    let ran = 0;
    const effect = () => Promise.resolve({ result: { tx_id: `tx-${++ran}` } });
    let isDown = true;
    const { client, settled, done } = await run(() => (isDown ? 'cut' : taken()), effect);
    const lost = await done;
    expect(lost).toMatchObject({
      ran: true,
      effect: { result: { tx_id: 'tx-1' } },
      reportError: { code: 'unreachable' },
    });
    isDown = false;
    settled['grant'] = { grant_id: 'grant_1', status: 'consumed', expires_at: '' };
    const again = await guard(client, refund, effect, options);
    expect(again).toMatchObject({ ran: false, effect: { result: { tx_id: 'tx-1' } }, reportError: null });
    expect(ran).toBe(1);
    expect(outcomes().at(-1)).toMatchObject({ status: 'executed', result: { tx_id: 'tx-1' } });
  });

  it('is read from the record by a process that did not run it', async () => {
    const settled: JsonObject = {
      ...documentOf('approved', null),
      grant: { grant_id: 'grant_1', status: 'consumed', expires_at: '' },
      outcome: { status: 'executed', result: { tx_id: 'tx-1' } },
    };
    const { ran, done } = await play({ settled });
    await expect(done).resolves.toMatchObject({
      ran: false,
      effect: { status: 'executed', result: { tx_id: 'tx-1' } },
    });
    expect(ran).toEqual([]);
  });

  it('that nobody knows of is said to be unknown', async () => {
    const grant = { grant_id: 'grant_1', status: 'consumed', expires_at: '' };
    const { ran, done } = await play({ settled: { ...documentOf('approved', null), grant } });
    await expect(done).rejects.toMatchObject({
      code: 'already_consumed',
      message: expect.stringContaining('may have'),
    });
    expect(ran).toEqual([]);
  });

  it('and failed with an SdkError of its own is not told as if nothing had run', async () => {
    const own = new SdkError('not_approved', 'The action is denied.');
    const { done } = await run(taken, () => Promise.reject(own));
    const error: unknown = await done.catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(SdkError);
    expect(error).toMatchObject({ cause: own });
    expect(outcomes()[0]).toMatchObject({ status: 'failed' });
  });

  it('and failed passes its own error on, whatever was thrown and whatever became of the report', async () => {
    const odd = Object.create(null) as object;
    const { done } = await run(
      () => 'cut',
      () => Promise.reject(odd),
    );
    await expect(done).rejects.toBe(odd);
    expect(outcomes()[0]).toMatchObject({ status: 'failed' });
  });
});

describe('what goes wrong before the effect', () => {
  it.each<[string, object]>([
    ['NaN', { confidence: Number.NaN }],
    ['an infinite number', { parameters: { rate: -Infinity } }],
    ['a BigInt', { parameters: { cents: 5n } }],
    ['a function', { parameters: { amount: () => 1 } }],
    ['a Map', { signals: new Map([['fraud_score', 1]]) }],
    ['a lone surrogate', { rationale: '\ud800' }],
  ])('%s in a proposal is refused, not sent as something else', async (_name, more) => {
    const { ran, done } = await play({ settled: documentOf('pending', null) }, { ...refund, ...more } as Proposal);
    await expect(done).rejects.toMatchObject({ name: 'SdkError', code: 'wrong_use' });
    expect([ran, peer.received]).toEqual([[], []]);
  });

  it('is an SdkError, also where the facts of the world cannot be read', async () => {
    const cause = new Error('database down');
    const more = { preconditionsNow: () => Promise.reject(cause) };
    const { ran, done } = await play({ settled: documentOf('approved', await authority.sign()) }, refund, more);
    await expect(done).rejects.toMatchObject({ name: 'SdkError', code: 'wrong_use', cause });
    expect(ran).toEqual([]);
  });

  it.each([undefined, ''])('a token is not taken from whoever signed it: issuer %p', async (issuer) => {
    const settled = documentOf('approved', await authority.sign());
    const { ran, done } = await play({ settled }, refund, { issuer: issuer as string });
    await expect(done).rejects.toMatchObject({ code: 'wrong_use' });
    expect([ran, paths().includes('/v1/grants/redeem')]).toEqual([[], false]);
  });
});

describe('a key that no door takes', () => {
  it.each(['', 'naïve', 'a b', 'k\n', 'k'.repeat(256)])('is refused at once: %p', async (idempotencyKey) => {
    peer = await startPeer(() => ({ status: 200 }));
    const client = createClient({ intakeUrl: peer.url, approvalUrls: [peer.url], apiKey: 'key' });
    const done = guard(client, refund, () => Promise.resolve({}), { ...options, idempotencyKey });
    await expect(done).rejects.toMatchObject({ code: 'wrong_use' });
    expect(peer.received).toEqual([]);
  });
});
