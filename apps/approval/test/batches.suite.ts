import { canonicalize } from '@countersign/canonical';
import { decided, gate } from '../../../libs/approval/test/records.js';
import { fresh, RUN } from './common.js';
import type { Instances } from './instances.js';

interface Row {
  request_id: string;
  packet_digest: string;
  differs: Record<string, unknown>;
  outliers?: { reason: string; at: string }[];
}
interface Batch {
  batch: string;
  count: number;
  sum: unknown;
  items: Row[];
  outliers: Row[];
  common: Record<string, unknown>;
}

/** Requests that are read side by side, on several instances. */
export function batchesSuite(system: () => Instances): void {
  const bearer = (subject: string, roles = ['finance']) => system().people.bearer(subject, roles, 'acme');
  const get = async (path: string, who: string, index = 0) =>
    system().call('GET', `${system().url(index)}${path}`, { authorization: await bearer(who) });
  let calls = 0;
  const post = async (who: string, body: object, index = 1, key = `batch-${RUN}-${(calls += 1)}`) => {
    const headers = { authorization: await bearer(who), 'idempotency-key': key };
    const reply = await system().call('POST', `${system().url(index)}/v1/requests/votes`, headers, body);
    return { aggregate: reply.body['aggregate'], items: reply.body['items'] as unknown as Answered[] };
  };
  interface Answered {
    status: number;
    request?: { status: string };
    problem?: { reason?: string; rule?: string };
  }
  const codes = ({ items }: { items: Answered[] }): string[] =>
    items.map(({ status, problem }) =>
      problem === undefined ? String(status) : [problem.reason, problem.rule].filter(Boolean).join('/'),
    );

  /** Refunds of one reason that wait at a gate which takes them together. */
  const waiting = async (lot: string, amounts: string[], fields = ['/parameters/lot']) => {
    const actions = amounts.map((value, at) => {
      const amount = { value, currency: 'USD' };
      const parameters = canonicalize({ lot: `${lot}-${RUN}`, order: `${lot}-${at}`, amount });
      return fresh({ parameters, amount_value: value, amount_currency: 'USD', target: `order:${lot}-${at}` });
    });
    const together = gate({ name: `together-${lot}`, quorum: 1, batch_fields: fields, batch_max: 4 });
    await Promise.all(actions.map((action) => system().decide(decided(action, { gate: together }))));
    for (const index of [0, 1]) await Promise.all(actions.map((action) => system().read(action, index)));
    return actions;
  };
  const batchOf = async (lot: string, who: string): Promise<Batch | undefined> => {
    const { items } = (await get('/v1/requests/batches', who)).body as unknown as { items: Batch[] };
    return items.find(({ common }) => common['/parameters/lot'] === `${lot}-${RUN}`);
  };
  const opened = async (lot: string, who: string): Promise<Batch> => {
    const { batch } = (await batchOf(lot, who)) ?? { batch: 'none' };
    return (await get(`/v1/requests/batches/${batch}`, who)).body as unknown as Batch;
  };
  const approvals = (rows: readonly Row[]) =>
    rows.map(({ request_id, packet_digest }) => ({ request_id, packet_digest, vote: 'approve' }));

  describe('a batch', () => {
    it('is approved in one call with an answer, a grant and a token for each; the outlier is left to be opened', async () => {
      const actions = await waiting('a', ['10.00', '11.00', '12.00', '900.00']);
      const batch = await opened('a', 'ann');
      expect(batch).toMatchObject({ count: 3, sum: { value: '33.00', currency: 'USD' } });
      expect(Object.keys(batch.items[0]?.differs ?? {})).toEqual([
        '/target',
        '/parameters/amount',
        '/parameters/order',
      ]);
      expect(batch.outliers).toMatchObject([{ outliers: [{ reason: 'amount', at: '/parameters/amount' }] }]);
      const votes = approvals([...batch.items, ...batch.outliers]);
      const key = `same-${RUN}`;
      const answered = await post('ann', { batch: batch.batch, votes }, 1, key);
      expect([answered.aggregate, codes(answered)]).toEqual(['partial', ['201', '201', '201', 'batch_outlier/amount']]);
      expect(codes(await post('ann', { batch: batch.batch, votes }, 0, key))).toEqual(codes(answered));
      const tokens = await Promise.all(actions.map((action) => system().token(action)));
      expect(new Set(tokens.filter((token) => token !== '')).size).toBe(3);
      expect(tokens[3]).toBe('');
      const alone = batch.outliers[0]?.request_id ?? '';
      await get(`/v1/requests/${alone}`, 'ann');
      expect(codes(await post('ann', { votes: approvals(batch.outliers) }))).toEqual(['201']);
    }, 30_000);

    it('lets nobody approve what they were not shown, whoever else was; denials are never held up', async () => {
      await waiting('b', ['10.00', '11.00', '12.00']);
      const batch = await opened('b', 'ann');
      const [first, ...others] = approvals(batch.items);
      const blind = await post('bob', { batch: batch.batch, votes: [first, ...others] });
      expect(codes(blind)).toEqual(['unseen', 'unseen', 'unseen']);
      await get(`/v1/requests/${first?.request_id ?? ''}`, 'bob');
      expect(codes(await post('bob', [first, ...others]))).toEqual(['201', 'unseen', 'unseen']);
      const denied = others.map((vote) => ({ ...vote, vote: 'deny' }));
      expect(await post('cat', denied)).toMatchObject({ aggregate: 'denied' });
    }, 30_000);

    it('covers only what it named, no more than the gate allows', async () => {
      await waiting('c', ['10.00', '11.00', '12.00', '10.00', '11.00']);
      await waiting('d', ['10.00', '11.00', '12.00']);
      const [one, two] = [await opened('c', 'ann'), await opened('d', 'ann')];
      expect([one.count, two.count]).toEqual([4, 3]);
      const mixed = await post('ann', {
        batch: one.batch,
        votes: approvals([...one.items.slice(0, 2), ...two.items.slice(0, 2)]),
      });
      expect(codes(mixed)).toEqual(['201', '201', 'not_a_batch', 'not_a_batch']);
      const many = approvals([...one.items.slice(2), ...two.items]);
      expect(codes(await post('ann', { batch: two.batch, votes: many }))).toEqual(Array(5).fill('not_a_batch'));
    }, 30_000);

    it('is not formed where the gate names no fields, nor shown to who may not vote', async () => {
      await waiting('e', ['10.00', '11.00', '12.00'], []);
      expect(await batchOf('e', 'ann')).toBeUndefined();
      await waiting('f', ['10.00', '11.00', '12.00']);
      expect(await batchOf('f', 'ann')).toMatchObject({ count: 3 });
      const headers = { authorization: await bearer('nob', []) };
      expect((await system().call('GET', `${system().url()}/v1/requests/batches`, headers)).body['items']).toEqual([]);
    }, 30_000);
  });
}
