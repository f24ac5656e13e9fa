import { decode, TOPICS } from '@countersign/events';
import type { ActionProposed, DeadLettered } from '@countersign/events';
import { eventually } from '@countersign/testing';
import { allowed, decided, gate, vote } from '../../../libs/approval/test/records.js';
import { allowedAction, codeOf, fresh } from './common.js';
import type { Instances } from './instances.js';

/** Records that somebody put on the log by hand. */
export function forgedSuite(system: () => Instances): void {
  describe('forged records', () => {
    const wrongKeys = {
      intake: '0'.repeat(64),
      policy: '1'.repeat(64),
      approval: '2'.repeat(64),
      telemetry: '3'.repeat(64),
    };
    const lettersAbout = async (action: ActionProposed): Promise<DeadLettered[]> => {
      const records = await system().published(TOPICS.deadLetters, () => true);
      const letters = records.map(({ value }) => decode(value).event as DeadLettered);
      return letters.filter(({ key }) => key?.toString().includes(action.action_id));
    };

    it('a forged decision gives no token and one dead letter; its neighbours flow on', async () => {
      const action = fresh();
      await system().append('ActionDecided', allowed(action), 'policy', wrongKeys);
      const { action: neighbour, token } = await allowedAction(system());
      expect(codeOf(await system().redeem(neighbour, token, 'n'))).toBe('ok');
      expect((await system().read(action, 0, 'wait_ms=300')).status).toBe(404);
      await eventually(
        async () => expect((await lettersAbout(action)).map(({ reason }) => reason)).toEqual(['bad_mac']),
        { withinMs: 20_000 },
      );
    }, 60_000);

    it("a decision that approval itself signed is not believed: it is policy's to decide", async () => {
      const action = fresh();
      await system().append('ActionDecided', allowed(action), 'approval');
      await eventually(
        async () => expect((await lettersAbout(action)).map(({ reason }) => reason)).toEqual(['wrong_writer']),
        { withinMs: 20_000 },
      );
      expect((await system().read(action, 1, 'wait_ms=0')).status).toBe(404);
    }, 60_000);

    it('a forged vote approves nothing', async () => {
      const action = fresh();
      const request = decided(action, { gate: gate({ quorum: 1 }) });
      await system().decide(request);
      const forged = vote(action, 'ann', { packet_digest: request.packet_digest ?? '' });
      await system().append('VoteCast', forged, 'approval', wrongKeys);
      await eventually(async () => expect(await lettersAbout(action)).toHaveLength(1), { withinMs: 20_000 });
      const { document } = (await system().read(action)).body as unknown as {
        document: { status: string; grant: unknown };
      };
      expect([document.status, document.grant]).toEqual(['pending', null]);
    }, 60_000);
  });
}
