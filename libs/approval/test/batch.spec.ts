import fc from 'fast-check';
import { canonicalize } from '@countersign/canonical';
import type { ActionDecided, ActionProposed, Gate } from '@countersign/events';
import { apply, createState, differencesOf, formBatches } from '../src/index.js';
import type { Batch, Waiting } from '../src/index.js';
import { at, decided, edited, gate, proposed, vote } from './records.js';

const batching = gate({ quorum: 1, batch_fields: ['/parameters/service'], batch_max: 3 });

interface Merge {
  lines?: unknown;
  amount?: string;
  currency?: string;
  parameters?: object;
  over?: Partial<ActionProposed>;
  denied?: ActionDecided['denied_before'];
  gate?: Gate;
}

let count = 0;
/** One more pending request of the gate: a merge of the shop, unless said otherwise. */
function merge({
  lines = 10,
  amount = '100.00',
  currency = 'USD',
  parameters = {},
  over = {},
  denied = [],
  gate: of = batching,
}: Merge): Waiting {
  const id = `m${(count += 1)}`;
  const usual = { service: 'shop', ref: `ref-${id}`, lines, amount: { value: amount, currency } };
  const action = proposed(id, {
    ...{ parameters: canonicalize({ ...usual, ...parameters } as never), target: `pull:${id}` },
    ...{ amount_value: amount, amount_currency: currency, ...over },
  });
  const state = createState(0);
  apply(state, at(0, 'ActionDecided', decided(action, { gate: of, denied_before: denied })));
  const one = state.actions.get(action.action_id);
  if (!one?.request) throw new Error('no request');
  return { action: one, request: one.request };
}

const idsOf = (members: Batch<Waiting>['members']): string[] =>
  members.map(({ waiting }) => waiting.request.request_id);
const usual = (n: number): Waiting[] =>
  Array.from({ length: n }, (_, at) => merge({ lines: 8 + at, amount: `${100 + at}.00` }));

/** Why the odd one out is ejected beside five usual ones; null when it is part of the batch. */
function reasonOf(odd: Merge, beside: Waiting[] = usual(5)): string | null {
  const one = merge(odd);
  const [batch] = formBatches([...beside, one]);
  if (batch === undefined) return 'none';
  const found = batch.outliers.find(({ waiting }) => waiting === one);
  expect(idsOf(batch.members).includes(one.request.request_id)).toBe(found === undefined);
  expect(batch.members.length + batch.outliers.length).toBe(beside.length + 1);
  expect(batch.outliers.filter(({ waiting }) => waiting !== one)).toEqual([]);
  return found === undefined ? null : `${found.outliers[0]?.reason} ${found.outliers[0]?.at}`;
}

describe('a batch', () => {
  const denial = { action_id: 'a', request_id: 'r', reviewer_id: 'ann', reason: null, at: 1, same: 'target' };
  const signals = JSON.stringify({ anomaly: true });
  const attestations = JSON.stringify([{ provider: 'radar', signals: { anomaly: true } }]);

  it.each<[string, Merge, string | null]>([
    ['one like the others', {}, null],
    ['what people denied before', { denied: [denial] }, 'denied_before '],
    ['an amount far above', { amount: '900.00' }, 'amount /parameters/amount'],
    ['an amount far below', { amount: '1.00' }, 'amount /parameters/amount'],
    ['an amount that is not far', { amount: '125.00' }, null],
    ['beyond what floats can tell apart', { amount: '100000000000000000000.01' }, 'amount /parameters/amount'],
    ['a negative amount', { amount: '-100.00' }, 'novelty /parameters/amount'],
    ['a large change', { lines: 400 }, 'number /parameters/lines'],
    ['a number as text', { lines: '10' }, 'novelty /parameters/lines'],
    ['nothing where others have something', { lines: 0 }, 'novelty /parameters/lines'],
    ['a member that others do not have', { parameters: { force: true } }, 'novelty /parameters/force'],
    [
      'a member in a list that others do not have',
      { parameters: { ref: 'r', files: [{ mode: 'x' }] } },
      'novelty /parameters/files',
    ],
    ['another model', { over: { model_id: 'm2' } }, 'novelty /model_id'],
    ['another beneficiary', { over: { on_behalf_of: 'customer:1' } }, 'novelty /on_behalf_of'],
    ['low confidence', { over: { confidence: 0.49 } }, 'low_confidence /confidence'],
    ['confidence far below the others', { over: { confidence: 0.6 } }, 'low_confidence /confidence'],
    ['no confidence', { over: { confidence: null } }, 'low_confidence /confidence'],
    ['an anomaly that the agent states', { over: { signals } }, 'anomaly /signals'],
    ['an anomaly that a provider states', { over: { attestations } }, 'anomaly /signals'],
    ['a reversed text', { parameters: { ref: 'a\u202eb' } }, 'hidden_characters /parameters/ref'],
    ['a hidden character in a name', { parameters: { 'a\u200bb': 1 } }, 'hidden_characters /parameters'],
    ['a hidden tag in the rationale', { over: { rationale: 'ok\u{e0041}' } }, 'hidden_characters /rationale'],
    ['more than is read in a row', { parameters: { ref: 'x'.repeat(9_000) } }, 'size '],
  ])('%s', (_, odd, reason) => expect(reasonOf(odd)).toBe(reason));

  it('takes nobody who lacks a field of the fingerprint, or differs in it, in gate, currency or kind', () => {
    for (const odd of [
      { parameters: { service: null } },
      { parameters: { service: 'billing' } },
      { currency: 'EUR' },
      { gate: { ...batching, name: 'other' } },
      { over: { environment: 'canary' } },
      { gate: gate() },
    ]) {
      const one = merge(odd);
      const [batch, ...more] = formBatches([...usual(3), one]);
      expect([batch?.members.length, batch?.outliers.length, more.length]).toEqual([3, 0, 0]);
    }
  });

  it('needs three that are compared and two that are left', () => {
    expect(formBatches(usual(2))).toEqual([]);
    expect(formBatches(usual(3))).toMatchObject([{ members: [{}, {}, {}] }]);
    expect(formBatches([...usual(2), merge({ lines: 500 })])).toMatchObject([{ members: [{}, {}], outliers: [{}] }]);
  });

  it('leaves out what somebody has changed', () => {
    const one = merge({});
    const { action } = one;
    const edit = edited(proposed(action.decided.action_id.slice(4)), { service: 'shop', lines: 9 }, { gate: batching });
    const same = { ...edit, amount_currency: 'USD', amount_value: '100.00' };
    const versions = [{ edit: same, issuer: 'https://idp', editor: 'ann', changed_at: 0 }];
    const changed = { ...one, action: { ...action, versions } };
    const found = formBatches([...usual(4), changed]).flatMap(({ outliers }) => outliers);
    expect(found).toMatchObject([{ waiting: changed, outliers: [{ reason: 'changed' }, {}, {}] }]);
  });

  it('says once what all share, and all the rest of each', () => {
    const [batch] = formBatches(usual(3));
    const { common, own } = differencesOf(batch?.members ?? []);
    expect(common).toMatchObject({ '/parameters/service': 'shop', '/agent_id': 'refund-agent' });
    expect(own).toHaveLength(3);
    for (const one of own)
      expect(Object.keys(one)).toEqual(['/target', '/parameters/amount', '/parameters/lines', '/parameters/ref']);
  });

  const natural = fc.record({
    lines: fc.integer({ min: 1, max: 6 }),
    amount: fc.integer({ min: 9_500, max: 10_500 }).map((cents) => (cents / 100).toFixed(2)),
    over: fc.record({ confidence: fc.integer({ min: 86, max: 94 }).map((percent) => percent / 100) }),
  });
  const poison: fc.Arbitrary<Merge> = fc.oneof(
    fc.integer({ min: 200, max: 1_000_000 }).map((whole) => ({ amount: `${whole}.00` })),
    fc.integer({ min: 50, max: 1e9 }).map((lines) => ({ lines })),
    fc.constantFrom(null, 0, 0.2, 0.49).map((confidence) => ({ over: { confidence } })),
    fc
      .constantFrom('\u202e', '\u2066', '\u200b', '\u00ad', '\u{e0020}')
      .map((hidden) => ({ parameters: { ref: `a${hidden}b` } })),
    fc.string({ minLength: 1, maxLength: 8 }).map((name) => ({ parameters: { [`x${name}`]: true } })),
    fc.constant({ over: { signals } }),
  );

  it('never holds a poisoned request while two thirds are natural, and all natural ones, in any order', () => {
    const groups = fc.integer({ min: 4, max: 12 }).chain((n) =>
      fc.record({
        natural: fc.array(natural, { minLength: n, maxLength: n }),
        poison: fc.array(poison, { minLength: 1, maxLength: Math.max(1, Math.floor(n / 3)) }),
        seed: fc.integer(),
      }),
    );
    fc.assert(
      fc.property(groups, ({ natural: good, poison: bad, seed }) => {
        const [clean, poisoned] = [good.map(merge), bad.map(merge)];
        const all = [...clean, ...poisoned].sort((a, b) => hash(a, seed) - hash(b, seed));
        const [batch] = formBatches(all);
        expect(idsOf(batch?.members ?? []).sort()).toEqual(clean.map(({ request }) => request.request_id).sort());
        expect(formBatches([...all].reverse())).toEqual([batch]);
      }),
      { numRuns: 60 },
    );
  });

  it('ejects nobody when one more natural request comes', () => {
    fc.assert(
      fc.property(fc.array(natural, { minLength: 3, maxLength: 12 }), natural, (good, more) => {
        const all = good.map(merge);
        expect(formBatches(all)[0]?.outliers).toEqual([]);
        expect(formBatches([...all, merge(more)])[0]?.outliers).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

const hash = ({ request }: Waiting, seed: number): number =>
  (Number.parseInt(request.request_id.slice(4, 10), 16) ^ seed) % 1_000;

describe('an approval that came with others', () => {
  const action = proposed('batched');
  const alone = decided(action, { gate: batching });
  const packet_digest = alone.packet_digest ?? '';
  const ids = { tenant: 'acme', action_id: action.action_id, run_id: 'run-1', request_id: alone.request_id };
  const ann = { issuer: 'https://idp', subject: 'ann', roles: ['finance'] };
  const look = (batch: string | null = null, outlier: string | null = null, who = ann) =>
    at(1_000, 'PacketShown', { ...ids, ...who, client_request_id: 'look', packet_digest, batch, outlier });
  const together = (batch: string | null = null, batch_approvals: number | null = 2, over = {}) =>
    at(
      2_000,
      'VoteCast',
      vote(action, 'ann', { packet_digest, batch, batch_approvals, batch_id: 'vote_batch', ...over }),
    );
  const judged = (records: Parameters<typeof apply>[1][], of: Gate = batching): string => {
    const state = createState(0);
    const codes = [at(0, 'ActionDecided', { ...alone, gate: of }), ...records].map(
      (record) => apply(state, record).answer,
    );
    const last = codes.at(-1);
    return last?.rule ? `${last.code}/${last.rule}` : (last?.code ?? '');
  };

  it.each<[string, Parameters<typeof apply>[1][], string]>([
    ['never shown', [together('bat_1')], 'unseen'],
    ['shown to somebody else', [look(null, null, { ...ann, subject: 'bob' }), together('bat_1')], 'unseen'],
    ['opened by itself, no batch named', [look(), together()], 'ok'],
    ['opened by itself, in whatever company', [look(), together('bat_9', 99)], 'ok'],
    ['a row of the batch', [look('bat_1'), together('bat_1')], 'ok'],
    ['a row of another batch', [look('bat_2'), together('bat_1')], 'not_a_batch'],
    ['a row, and no batch named', [look('bat_1'), together()], 'not_a_batch'],
    ['as many as the gate allows', [look('bat_1'), together('bat_1', 3)], 'ok'],
    ['more than the gate allows', [look('bat_1'), together('bat_1', 4)], 'not_a_batch'],
    ['a row beside the batch', [look('bat_1', 'amount'), together('bat_1')], 'batch_outlier/amount'],
    ['a row that became one', [look('bat_1'), look('bat_1', 'amount'), together('bat_1')], 'batch_outlier/amount'],
    ['a row beside the batch, opened then', [look('bat_1', 'amount'), look(), together('bat_1')], 'ok'],
    ['opened, then a row beside the batch', [look(), look('bat_1', 'amount'), together('bat_1')], 'ok'],
    ['a denial', [together(null, 2, { vote: 'deny' })], 'ok'],
    ['a vote by itself', [together(null, null)], 'ok'],
  ])('%s', (_, records, code) => expect(judged(records)).toBe(code));

  it('of a gate without batches is of what was opened', () => {
    const plain = { ...batching, batch_fields: [] };
    expect(judged([look('bat_1'), together('bat_1')], plain)).toBe('not_a_batch');
    expect(judged([look(), together('bat_1')], plain)).toBe('ok');
  });

  it('reads from the row on, and beside a batch from the packet on', () => {
    const slow = { ...batching, min_dwell_s: 1 };
    expect(judged([look('bat_1'), together('bat_1')], slow)).toBe('ok');
    expect(judged([look('bat_1', 'amount'), together(null, null)], slow)).toBe('too_fast');
  });

  it('says the same again to a copy of it, whatever was shown meanwhile', () => {
    const early = together('bat_1');
    expect(judged([early, look(), early])).toBe('unseen');
    expect(judged([look('bat_1'), early, look('bat_1', 'amount'), early])).toBe('ok');
  });
});
