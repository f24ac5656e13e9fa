import { canonicalize } from '@countersign/canonical';
import { decided, gate } from '../../../libs/approval/test/records.js';
import { allowedAction, codeOf, fresh } from './common.js';
import { requestId } from './instances.js';
import type { Instances } from './instances.js';

/** Who may see and do what, and waiting. */
export function readsSuite(system: () => Instances): void {
  const bearer = (subject: string, roles: string[] = [], tenant = 'acme') =>
    system().people.bearer(subject, roles, tenant);
  const get = (path: string, authorization: string) => system().call('GET', system().url() + path, { authorization });
  const waiting = async () => {
    const action = fresh();
    const request = decided(action, { gate: gate({ quorum: 1, reason: 'deny' }) });
    await system().decide(request);
    await system().read(action);
    return { action, id: requestId(action), packet_digest: request.packet_digest };
  };

  describe('reading', () => {
    it('shows a packet whose digest the vote echoes; every reviewer of the tenant may read', async () => {
      const { id, packet_digest, action } = await waiting();
      const { status, body } = await get(`/v1/requests/${id}`, await bearer('nob'));
      expect([status, body['packet_digest']]).toEqual([200, packet_digest]);
      expect(body).toMatchObject({
        packet: { action: { digest: action.digest } },
        you: { eligible: false, rule: 'role', can_vote: false },
      });
    });

    it('opens an action with hidden values, and takes a vote on it', async () => {
      const parameters = canonicalize({
        amount: { value: '450.00', currency: 'EUR' },
        iban: `hmac-sha256:k:${'a'.repeat(64)}`,
      });
      const action = { ...fresh({ parameters, sensitive: ['/parameters/iban'] }), digest: 'sha256:over-plain-values' };
      const request = decided(action, { gate: gate({ quorum: 1 }) });
      await system().decide(request);
      await system().read(action);
      const [id, authorization] = [requestId(action), await bearer('ann', ['finance'])];
      const { status, body } = await get(`/v1/requests/${id}`, authorization);
      expect([status, body['packet_digest']]).toEqual([200, request.packet_digest]);
      expect(body).toMatchObject({ packet: { action: { digest: action.digest }, hidden: ['/parameters/iban'] } });
      const url = `${system().url()}/v1/requests/${id}/votes`;
      const approve = { vote: 'approve', packet_digest: request.packet_digest };
      expect(codeOf(await system().call('POST', url, { authorization, 'idempotency-key': id }, approve))).toBe('ok');
    });

    it.each([
      ['whose digest is of other parameters', { digest: 'sha256:other' }, {}],
      ['whose packet is another one', {}, { packet_digest: 'sha256:other' }],
    ])('takes no vote on a packet that cannot be shown: %s', async (_what, of, to) => {
      const action = { ...fresh(), ...of };
      const request = { ...decided(action, { gate: gate({ quorum: 1 }) }), ...to };
      await system().decide(request);
      await system().read(action);
      const [id, authorization] = [requestId(action), await bearer('ann', ['finance'])];
      expect((await get(`/v1/requests/${id}`, authorization)).status).toBe(500);
      const url = `${system().url()}/v1/requests/${id}/votes`;
      for (const vote of ['approve', 'deny']) {
        const body = { vote, packet_digest: request.packet_digest, reason: 'unread' };
        const refused = await system().call('POST', url, { authorization, 'idempotency-key': vote }, body);
        expect([refused.status, codeOf(refused)]).toEqual([409, 'stale_packet']);
      }
      expect(
        (await get(`/v1/requests?run_id=${action.run_id}&status=approved`, authorization)).body['items'],
      ).not.toEqual(expect.arrayContaining([expect.objectContaining({ request_id: id })]));
    });

    it('gives the digest of a packet only to who reads the packet', async () => {
      const { id } = await waiting();
      const { body } = await get('/v1/requests?status=pending&limit=200', await bearer('ann', ['finance']));
      const items = body['items'] as unknown as { request_id: string }[];
      const item = items.find(({ request_id }) => request_id === id);
      expect(item).toMatchObject({ request_id: id, status: 'pending' });
      expect(JSON.stringify(body)).not.toContain('packet_digest');
    });

    it('hides everything of another tenant', async () => {
      const { id, action, packet_digest } = await waiting();
      const stranger = await bearer('gus', ['finance', 'admin'], 'globex');
      expect(codeOf(await get(`/v1/requests/${id}`, stranger))).toBe('not_found');
      const headers = { authorization: stranger, 'idempotency-key': 'k' };
      const url = `${system().url()}/v1/requests/${id}/votes`;
      expect(codeOf(await system().call('POST', url, headers, { vote: 'approve', packet_digest }))).toBe('not_found');
      const { body } = await get('/v1/requests?status=pending', stranger);
      expect(JSON.stringify(body)).not.toContain(id);
      const allowed = await allowedAction(system());
      const grantUrl = `${system().url()}/v1/grants/${allowed.action.action_id.replace('act_', 'grant_')}/revoke`;
      expect(codeOf(await system().call('POST', grantUrl, { authorization: stranger }, {}))).toBe('not_found');
      const other = `/internal/actions/${action.action_id}?tenant=globex`;
      expect(
        (await system().call('GET', system().url() + other, { 'countersign-internal': 'internal-token' })).status,
      ).toBe(404);
    });

    it('lists what a person may still vote on, page by page', async () => {
      const made = await Promise.all([waiting(), waiting(), waiting()]);
      const [ann, seen] = [await bearer('ann', ['finance']), new Set<unknown>()];
      let cursor = '';
      do {
        const { body } = await get(`/v1/requests?status=pending&assigned_to=me&limit=2${cursor}`, ann);
        for (const { request_id } of body['items'] as unknown as { request_id: string }[]) seen.add(request_id);
        cursor = body['next_cursor'] === null ? '' : `&cursor=${String(body['next_cursor'])}`;
      } while (cursor !== '');
      for (const { id } of made) expect(seen).toContain(id);
      expect(
        (await get('/v1/requests?status=pending&assigned_to=me&limit=200', await bearer('nob'))).body['items'],
      ).toEqual([]);
    });

    it("needs the services' own token inside, and a person's outside", async () => {
      const { id, action } = await waiting();
      expect((await get(`/internal/actions/${action.action_id}?tenant=acme`, 'Bearer x')).status).toBe(404);
      expect(codeOf(await get(`/v1/requests/${id}`, 'Bearer nothing'))).toBe('unauthenticated');
    });
  });

  describe('a blind review', () => {
    it('shows the first votes to nobody who may still answer it', async () => {
      const action = fresh();
      const gates = { gate: gate({ quorum: 1 }), audit_gate: gate({ name: 'sample', quorum: 1 }) };
      const request = decided(action, { ...gates, sample_probability: 0.5, blind_review: true });
      await system().decide(request);
      await system().read(action);
      const path = `/v1/requests/${requestId(action)}`;
      const [ann, bob] = [await bearer('ann', ['finance']), await bearer('bob', ['finance'])];
      const post = (on: string, authorization: string, body: object) =>
        system().call(
          'POST',
          `${system().url()}/v1/requests/${on}/votes`,
          { authorization, 'idempotency-key': on },
          body,
        );
      const approve = { vote: 'approve', packet_digest: request.packet_digest, reason: 'knew her' };
      expect(codeOf(await post(requestId(action), ann, approve))).toBe('ok');
      const texts = async (who: string): Promise<string> =>
        JSON.stringify([(await get(path, who)).body, (await get(`${path}/custody`, who)).body]);
      expect(await texts(ann)).toContain('knew her');
      expect(await texts(bob)).not.toContain('knew her');
      expect(await texts(bob)).toContain('"blind":true');
      const inside = async (query: string): Promise<string> => {
        const url = `${system().url()}/internal/actions${query}`;
        return JSON.stringify((await system().call('GET', url, { 'countersign-internal': 'internal-token' })).body);
      };
      for (const query of [`/${action.action_id}?tenant=acme`, `?tenant=acme&run_id=${action.run_id}&limit=200`]) {
        expect(await inside(query)).toContain('knew her');
        expect(await inside(`${query}&blind=1`)).not.toContain('knew her');
        expect(await inside(`${query}&blind=1`)).toContain('"blind":true');
      }
      const answer = { vote: 'harmful', reason: 'no', packet_digest: request.audit_packet_digest };
      expect(codeOf(await post(request.audit_request_id ?? '', bob, answer))).toBe('ok');
      expect(await texts(bob)).toContain('knew her');
    }, 30_000);
  });

  describe('waiting', () => {
    it('ends when the action does', async () => {
      const { action, id, packet_digest } = await waiting();
      const waited = system().read(action, 1, 'wait_ms=20000&for=terminal');
      const headers = { authorization: await bearer('bob', ['finance']), 'idempotency-key': 'k' };
      const deny = { vote: 'deny', packet_digest };
      const url = `${system().url()}/v1/requests/${id}/votes`;
      expect(codeOf(await system().call('POST', url, headers, deny))).toBe('reason_required');
      expect(
        codeOf(await system().call('POST', url, { ...headers, 'idempotency-key': 'k2' }, { ...deny, reason: 'no' })),
      ).toBe('ok');
      expect((await waited).body['document']).toMatchObject({
        status: 'denied',
        resolution: { message: 'no', retry: 'never' },
      });
    }, 30_000);

    it("is not done for another agent's action, nor for one that there is not", async () => {
      const { action } = await waiting();
      for (const other of [{ ...action, agent_id: 'content-agent' }, fresh()]) {
        const since = Date.now();
        expect((await system().read(other, 1, 'wait_ms=20000&for=terminal')).status).toBe(404);
        expect(Date.now() - since).toBeLessThan(5_000);
      }
    }, 30_000);

    it('votes on many requests at once, each by itself', async () => {
      const [one, two] = [await waiting(), await waiting()];
      const votes = [
        { request_id: one.id, vote: 'approve', packet_digest: one.packet_digest },
        { request_id: two.id, vote: 'approve', packet_digest: 'sha256:old' },
      ];
      const headers = { authorization: await bearer('cat', ['finance']), 'idempotency-key': 'batch' };
      for (const { id } of [one, two]) await get(`/v1/requests/${id}`, headers.authorization);
      const { status, body } = await system().call('POST', `${system().url()}/v1/requests/votes`, headers, { votes });
      expect([status, body['aggregate']]).toEqual([207, 'partial']);
      expect(body['items']).toMatchObject([
        { status: 201, request: { status: 'approved' } },
        { status: 409, problem: { type: 'urn:countersign:problem:stale_packet' } },
      ]);
    });
  });
}
