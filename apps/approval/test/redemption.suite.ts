import { derivedId, digestOf } from '@countersign/canonical';
import { allowed, redemption } from '../../../libs/approval/test/records.js';
import { allowedAction, codeOf, count, fresh } from './common.js';
import type { Instances } from './instances.js';

/** One token, many redeemers, several instances. */
export function redemptionSuite(system: () => Instances): void {
  describe('redemption over several instances', () => {
    it('one token × 1,000 in parallel → exactly one', async () => {
      const { action, token } = await allowedAction(system());
      const calls = Array.from({ length: 1_000 }, (_, index) =>
        system().redeem(action, token, `r-${index}`, { index }),
      );
      expect(count((await Promise.all(calls)).map(codeOf))).toEqual({ ok: 1, already_consumed: 999 });
    }, 60_000);

    it('500 tokens × 8 in parallel → exactly one each', async () => {
      const actions = Array.from({ length: 500 }, () => fresh());
      await Promise.all(actions.map((action) => system().decide(allowed(action))));
      const tokens = await Promise.all(actions.map((action, index) => system().token(action, index)));
      const results = await Promise.all(
        actions.map(async (action, at) => {
          const calls = Array.from({ length: 8 }, (_, index) =>
            system().redeem(action, tokens[at] ?? '', `r-${index}`, { index }),
          );
          return count((await Promise.all(calls)).map(codeOf));
        }),
      );
      expect(results.filter((result) => result['ok'] !== 1 || result['already_consumed'] !== 7)).toEqual([]);
    }, 90_000);

    it('the same request_id in parallel → the same answer, all but one repeated', async () => {
      const { action, token } = await allowedAction(system());
      const calls = Array.from({ length: 30 }, (_, index) => system().redeem(action, token, 'same', { index }));
      const replies = await Promise.all(calls);
      expect(count(replies.map(codeOf))).toEqual({ ok: 30 });
      expect(new Set(replies.map(({ body }) => body['redeemed_at'])).size).toBe(1);
      expect(replies.filter(({ body }) => body['repeated'] === false)).toHaveLength(1);
      expect(codeOf(await system().redeem(action, token, 'same', { action_digest: 'sha256:00' }))).toBe(
        'duplicate_request',
      );
    }, 30_000);

    it('a crash before the reply, then a retry on another instance, also after the token expired → the same answer', async () => {
      const action = fresh();
      // The grant lives for two seconds, and so does its token.
      await system().decide(allowed(action, { grant_ttl_s: 2 }));
      const token = await system().token(action);
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
      await system().append('RedemptionRequested', left, 'approval');
      const first = await system().redeem(action, token, 'crashed');
      expect(first.body).toMatchObject({ result: 'ok', repeated: true, executor: 'payments' });
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect((await system().redeem(action, token, 'crashed', { index: 1 })).body).toEqual(first.body);
      expect(codeOf(await system().redeem(action, token, 'another', { index: 2 }))).toBe('already_consumed');
    }, 30_000);

    it('an instance that starts later agrees', async () => {
      const { action, token } = await allowedAction(system());
      const first = await system().redeem(action, token, 'early');
      await system().add();
      const again = await system().redeem(action, token, 'early', { index: system().services.length - 1 });
      expect(again.body).toEqual({ ...first.body, repeated: true });
    }, 60_000);
  });

  describe("the executors' door", () => {
    it.each([
      ["another tenant's executor", 'wrong_audience', () => ({ key: system().strangerKey })],
      ['the proposing agent', 'ok', () => ({ key: system().agentKey })],
      ['another environment', 'wrong_environment', () => ({ environment: 'staging' })],
      ['another digest', 'action_digest_mismatch', () => ({ action_digest: 'sha256:00' })],
      ['no key', 'unauthenticated', () => ({ key: 'nothing' })],
      ['a token that is none', 'invalid_token', () => ({ token: 'a.b.c' })],
      ['an unknown member', 'invalid_request', () => ({ surprise: '1' })],
    ])('%s → %s', async (_, code, overrides) => {
      const { action, token } = await allowedAction(system());
      expect(codeOf(await system().redeem(action, token, 'x', overrides()))).toBe(code);
    });
  });
}
