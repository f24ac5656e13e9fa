import { decode, TOPICS } from '@countersign/events';
import type { ActionProposed } from '@countersign/events';
import { eventually } from '@countersign/testing';
import { decided, gate } from '../../../libs/approval/test/records.js';
import { codeOf, count, fresh, RUN } from './common.js';
import { requestId } from './instances.js';
import type { Instances } from './instances.js';

/** Votes that race each other. */
export function votesSuite(system: () => Instances): void {
  describe('votes over several instances', () => {
    const RACES = 1_000;
    /** Races that run at a time. */
    const WAVE = 100;

    it(`two final votes at once × ${RACES} → one terminal outcome each`, async () => {
      const one = gate({ quorum: 1 });
      const actions = Array.from({ length: RACES }, () => fresh());
      await Promise.all(actions.map((action) => system().decide(decided(action, { gate: one }))));
      const [ann, bob] = await Promise.all([
        system().people.bearer('ann', ['finance']),
        system().people.bearer('bob', ['finance']),
      ]);
      await Promise.all(actions.map((action, index) => system().read(action, index)));
      const cast = (action: ActionProposed, index: number, authorization: string, ballot: string) => {
        const packet_digest = decided(action, { gate: one }).packet_digest;
        const url = `${system().url(index)}/v1/requests/${requestId(action)}/votes`;
        return system().call(
          'POST',
          url,
          { authorization, 'idempotency-key': ballot },
          { vote: ballot, packet_digest },
        );
      };
      const race = (action: ActionProposed, index: number) =>
        Promise.all([cast(action, index, ann, 'approve'), cast(action, index + 1, bob, 'deny')]);
      const replies: Awaited<ReturnType<typeof race>>[] = [];
      for (let at = 0; at < RACES; at += WAVE)
        replies.push(...(await Promise.all(actions.slice(at, at + WAVE).map(race))));
      expect(count(replies.flat().map(codeOf))).toEqual({ ok: RACES, already_terminal: RACES });
      const statuses = await Promise.all(
        actions.map(async (action, index) => {
          const { body } = await system().read(action, index + 2);
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
        const records = await system().published(TOPICS.approvals, ({ key }) => key?.toString().includes(RUN) ?? false);
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
}
