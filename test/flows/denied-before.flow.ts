import { eventually } from '@countersign/testing';
import { readAction, waitForDecision } from '@countersign/sdk';
import type { ActionDocument, JsonObject } from '@countersign/sdk';
import { randomUUID } from 'node:crypto';
import { readRequest } from '../../apps/cli/src/shared/vote.js';
import { deny } from './support/proposals.js';
import { inForce, policy } from './support/policy-in-force.js';
import { world } from './support/system.js';

const NAME = `denied-${randomUUID().slice(0, 8)}`;
/** What is large is for people; so is everything about what people denied before. */
const content = `name: ${NAME}
tenant: acme
action_types: { ${NAME}: { facts: { n: { at: /parameters/n, type: int, min: 0 } } } }
rules:
  - { name: again, when: denials.same_target > 0, then: require_approval, gate: people }
  - { name: large, when: n > 1, then: require_approval, gate: people }
  - { name: small, then: allow }
gates: { people: { quorum: 2, roles: [finance] } }
fallback: people
`;
const cases = `policy: ${NAME}
tenant: acme
base: { action_type: ${NAME}, environment: production, parameters: { n: 1 } }
cases:
  - { name: small is allowed, want: { decision: allow } }
  - { name: what was denied is for people, set: { /denials/same_target: 1 }, want: { rule: again } }
`;

const proposed = (n: number, target: string): Promise<ActionDocument> =>
  world().decided({
    ...{ run_id: `flow-${randomUUID()}`, agent: { id: 'refund-agent', version: 'v1' }, model: { id: 'm' } },
    ...{ action_type: NAME, environment: 'production', target, parameters: { n } },
  });

const packetOf = async (action: ActionDocument): Promise<JsonObject> =>
  (await readRequest(await world().person('ann'), action.request?.request_id ?? ''))['packet'] as JsonObject;

describe('what people denied before', () => {
  it('is named to whoever decides when it is asked again, and policy can ask for it', async () => {
    await inForce(NAME, content, cases);
    const first = await proposed(2, 'order:1');
    expect(await packetOf(first)).toMatchObject({ denied_before: [] });
    await world().vote('bob', first, deny);

    const named = {
      ...{ action_id: first.action_id, request_id: first.request?.request_id, reviewer_id: 'bob' },
      ...{ reason: deny.reason, at: expect.stringMatching(/^\d{4}-.*Z$/) as string },
    };
    const same = await proposed(2, 'order:1');
    expect(same.decision?.rule).toBe('again');
    expect(await packetOf(same)).toMatchObject({ denied_before: [{ ...named, same: 'digest' }] });

    const less = await proposed(1, 'order:1');
    expect([less.status, less.decision?.rule]).toEqual(['pending', 'again']);
    expect(await packetOf(less)).toMatchObject({ denied_before: [{ ...named, same: 'target' }] });
    expect((await proposed(1, 'order:2')).status).toBe('approved');

    await eventually(async () =>
      expect(await policy('GET', `explain/${less.action_id}`)).toMatchObject({
        equal: true,
        decision: { rule: 'again' },
      }),
    );
    expect((await readAction(world().agent(), less.action_id)).status).toBe('pending');
  });

  it('is known to policy when anybody hears of it: who asks again at once is found out', async () => {
    const deniedAs = {
      person: (action: ActionDocument) => world().vote('bob', action, deny),
      agent: async (action: ActionDocument) => {
        const heard = waitForDecision(world().agent(), action.action_id, { timeoutMs: 15_000 });
        await Promise.race([heard, world().vote('bob', action, deny)].map((one) => one.then(() => heard)));
      },
    };
    const lane = async (hears: keyof typeof deniedAs, target: string): Promise<void> => {
      for (let n = 0; n < 10; n += 1) {
        await deniedAs[hears](await proposed(2, `${target}-${n}`));
        const again = await proposed(1, `${target}-${n}`);
        expect([again.decision?.rule, again.status]).toEqual(['again', 'pending']);
      }
    };
    const hearing = ['person', 'agent', 'person', 'agent', 'person'] as const;
    await Promise.all(hearing.map((who, n) => lane(who, `lane:${n}`)));
  }, 120_000);

  it('stands for the version that was proposed and for the one that people made of it', async () => {
    const edit = (n: number) => ({ vote: 'approve_with_changes', reason: 'less', parameters: { n } }) as const;
    const first = await proposed(5, 'order:3');
    await world().vote('ann', first, edit(4));
    await world().vote('bob', first, deny);
    const same = async (n: number): Promise<unknown> =>
      ((await packetOf(await proposed(n, 'order:3')))['denied_before'] as JsonObject[]).map((one) => one['same']);
    expect([await same(5), await same(4), await same(6)]).toEqual([['digest'], ['digest'], ['target']]);

    const other = await proposed(9, 'order:3');
    expect(await packetOf(other)).toMatchObject({ denied_before: [{ same: 'target' }] });
    await world().vote('ann', other, edit(4));
    expect(await packetOf(other)).toMatchObject({ version: 2, denied_before: [{ same: 'digest' }] });
  });
});
