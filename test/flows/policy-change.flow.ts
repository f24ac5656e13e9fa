import { eventually } from '@countersign/testing';
import { uuid5 } from '@countersign/canonical';
import { digestOfAction, propose, readAction, redeem, waitForDecision } from '@countersign/sdk';
import type { ActionDocument, JsonObject, Proposal } from '@countersign/sdk';
import { randomUUID } from 'node:crypto';
import { approve } from './support/proposals.js';
import { world } from './support/system.js';

const NAME = `flow-${randomUUID().slice(0, 8)}`;
/** An own policy of this flow, for an action type of its own. */
const content = (quorum: number): string => `name: ${NAME}
tenant: acme
action_types: { ${NAME}: {} }
rules:
  - { name: all, then: require_approval, gate: people }
gates:
  people: { quorum: ${quorum}, roles: [finance] }
fallback: people
`;

/** The first version needs them. */
const cases = `policy: ${NAME}
tenant: acme
base: { action_type: ${NAME}, environment: production, parameters: {} }
cases:
  - { name: people decide, want: { decision: require_approval } }
`;

interface Change {
  readonly needs_approval: boolean;
  readonly proposal: Omit<Proposal, 'run_id' | 'agent' | 'model'> & { after: { changes: string[] } };
}

async function post(subject: string, path: string, body: JsonObject): Promise<JsonObject> {
  const answer = await (
    await world().person(subject)
  ).policy.send({ method: 'POST', path: `/v1/policies/${path}`, body });
  return answer.body as JsonObject;
}

async function get(path: string, subject = 'una'): Promise<JsonObject> {
  const answer = await (await world().person(subject)).policy.send({ method: 'GET', path: `/v1/policies/${path}` });
  return answer.body as JsonObject;
}

const publish = (quorum: number, more: JsonObject = { cases }): Promise<JsonObject> =>
  post('una', `${NAME}/versions`, { content: content(quorum), note: `quorum ${quorum}`, ...more });

async function proposed(version: number, query = '', subject = 'una'): Promise<ActionDocument> {
  const path = `${NAME}/versions/${version}/change?state=active${query}`;
  const { proposal } = (await get(path, subject)) as unknown as Change;
  return submitted(proposal);
}

async function submitted(proposal: Change['proposal']): Promise<ActionDocument> {
  const who = { run_id: `flow-${randomUUID()}`, agent: { id: 'policy-agent', version: 'v1' }, model: { id: 'none' } };
  const agent = world().agent('policy-agent');
  const { action } = await propose(agent, { ...who, ...proposal }, randomUUID());
  return waitForDecision(agent, action.action_id, { timeoutMs: 15_000, for: 'decision' });
}

/** The token of a change that two risk owners approved. */
async function approved(action: ActionDocument): Promise<string> {
  for (const person of ['ria', 'sam']) await world().vote(person, action, approve);
  const ended = await waitForDecision(world().agent('policy-agent'), action.action_id, { timeoutMs: 15_000 });
  return ended.grant?.token ?? '';
}

const activate = (version: number, token: string, subject = 'una'): Promise<JsonObject> =>
  post(subject, `${NAME}/activate`, { version, token });

/** Which version decides an action of this flow's type. */
async function speaking(): Promise<string> {
  const { decision } = await world().decided({
    ...{ run_id: `flow-${randomUUID()}`, agent: { id: 'refund-agent', version: 'v1' }, model: { id: 'm' } },
    ...{ action_type: NAME, environment: 'production', parameters: { n: 1 } },
  });
  return `${decision?.policy.name ?? ''}@${decision?.policy.version ?? ''}`;
}

describe('a change of policy', () => {
  it('is a draft until two risk owners approve it, and then decides', async () => {
    await publish(1, {});
    await expect(get(`${NAME}/versions/1/change`)).rejects.toMatchObject({
      ...{ code: 'change_refused', problem: { reason: 'cases_missing' } },
    });
    expect(await publish(1)).toMatchObject({ version: 1, state: 'draft', author: 'una', parent: null });
    const again = { method: 'POST', path: `/v1/policies/${NAME}/versions`, body: { content: content(1) } } as const;
    const known = await (await world().person('ria')).policy.send(again);
    expect([known.status, known.body]).toEqual([200, expect.objectContaining({ version: 1, author: 'una' })]);
    expect(await speaking()).toBe('default@1');
    const action = await proposed(1);
    expect(action).toMatchObject({
      decision: { gate: 'risk-owners', policy: { name: 'policy-changes' } },
      request: { approvals: { required: 2 } },
    });
    const token = await approved(action);
    expect(await activate(1, token)).toMatchObject({ state: 'active', action_id: action.action_id, repeated: false });
    expect(await speaking()).toBe(`${NAME}@1`);
    expect(await activate(1, token)).toMatchObject({ state: 'active', repeated: true });
    await eventually(async () => {
      const { grant, outcome } = await readAction(world().agent('policy-agent'), action.action_id);
      expect([grant?.status, outcome?.['status']]).toEqual(['consumed', 'executed']);
    });
  });

  it('shows what it changes, in words, to those who approve it', async () => {
    await publish(2);
    const { proposal } = (await get(`${NAME}/versions/2/change`)) as unknown as Change;
    expect(proposal.after.changes).toEqual(['gate people: quorum rises from 1 to 2 (stricter)']);
    expect(proposal.parameters).toMatchObject({
      policy: NAME,
      version: 2,
      from_version: 1,
      state: 'active',
      mode: null,
    });
    expect(await get(`${NAME}/diff?from=1&to=2`)).toMatchObject({
      changes: [{ subject: 'gate people', effect: 'stricter' }],
    });
  });

  it('is denied where somebody else than the policy service worded what people see', async () => {
    const { proposal } = (await get(`${NAME}/versions/2/change`)) as unknown as Change;
    const forged = [
      { parameters: { ...proposal.parameters, changes: ['nothing that matters'] } },
      { parameters: { ...proposal.parameters, evidence: { check: '0 errors, 0 warnings' } } },
      { after: { ...(proposal.after as JsonObject), changes: ['nothing that matters'] } },
      { before: { ...(proposal.before as JsonObject), version: 2 } },
    ];
    for (const other of forged)
      expect(await submitted({ ...proposal, ...other })).toMatchObject({
        ...{ status: 'denied', decision: { rule: 'change_not_stated', policy_decision: 'deny' } },
      });
  });

  it('is approved neither by who wrote the version nor by who asked for the change', async () => {
    await post('ria', `${NAME}/versions`, { content: `${content(2)}# by ria\n`, cases });
    const vote = (subject: string, action: ActionDocument) => world().vote(subject, action, approve);
    const excluded = { code: 'not_eligible', problem: { rule: 'excluded' } };
    const asked = await proposed(3, '', 'tea');
    await expect(vote('ria', asked)).rejects.toMatchObject(excluded);
    await expect(vote('tea', asked)).rejects.toMatchObject(excluded);
    await vote('sam', asked);
    const own = await proposed(3);
    await expect(vote('ria', own)).rejects.toMatchObject(excluded);
    for (const subject of ['sam', 'tea']) await vote(subject, own);
    const ended = await waitForDecision(world().agent('policy-agent'), own.action_id, { timeoutMs: 15_000 });
    expect(ended).toMatchObject({ status: 'approved' });
  });

  it('is not made by a token of another change, nor of another version, nor without one', async () => {
    const token = await approved(await proposed(2, '&mode=soft'));
    await expect(activate(2, token)).rejects.toMatchObject({ code: 'action_digest_mismatch' });
    await expect(activate(1, token)).rejects.toMatchObject({ code: 'action_digest_mismatch' });
    await expect(activate(2, 'a.b.c')).rejects.toMatchObject({ code: 'invalid_token' });
    const alone = post('una', `${NAME}/versions/2/state`, { state: 'active' });
    await expect(alone).rejects.toMatchObject({ code: 'approval_required' });
    expect(await speaking()).toBe(`${NAME}@1`);
  });

  it('is not made when another version speaks meanwhile; the one before comes back in one step', async () => {
    const [second, again] = [await approved(await proposed(2)), await approved(await proposed(2))];
    await activate(2, second);
    expect(await speaking()).toBe(`${NAME}@2`);
    const late = { code: 'change_refused', problem: { reason: 'active_version_changed' } };
    await activate(1, await approved(await proposed(1)));
    expect(await speaking()).toBe(`${NAME}@1`);
    await activate(2, again);
    await expect(activate(2, await approved(await proposed(1)))).rejects.toMatchObject({
      code: 'action_digest_mismatch',
    });
    const stale = await approved(await proposed(1));
    await publish(3);
    await activate(4, await approved(await proposed(4)));
    await expect(activate(1, stale)).rejects.toMatchObject(late);
  });

  it('is made once by an approval: neither another version nor a mode comes back by it', async () => {
    const used = { code: 'change_refused', problem: { reason: 'already_made' } };
    const third = await approved(await proposed(1));
    await activate(1, third);
    await activate(4, await approved(await proposed(4)));
    await expect(activate(1, third)).rejects.toMatchObject(used);
    expect(await speaking()).toBe(`${NAME}@4`);
    const soft = await approved(await proposed(4, '&mode=soft'));
    const again = (): Promise<JsonObject> => post('una', `${NAME}/activate`, { version: 4, mode: 'soft', token: soft });
    expect(await again()).toMatchObject({ mode: 'soft', repeated: false });
    expect(await again()).toMatchObject({ mode: 'soft', repeated: true });
    await post('una', `${NAME}/versions/4/state`, { state: 'active', mode: 'enforce' });
    await expect(again()).rejects.toMatchObject(used);
    expect(await get(`${NAME}/versions/4`)).toMatchObject({ state: 'active', mode: 'enforce' });
  });

  it('finishes when it is asked for again after a crash between the redemption and the change', async () => {
    const action = await proposed(1);
    const token = await approved(action);
    const { proposal } = (await get(`${NAME}/versions/1/change`)) as unknown as Change;
    const facts = { tenant: 'acme', agent_id: 'policy-agent', ...proposal };
    const { grant } = await readAction(world().agent('policy-agent'), action.action_id);
    // What the policy service does first; then it is gone.
    await redeem(world().executor('policy-service'), {
      ...{ token, action_digest: digestOfAction(facts), environment: 'production', preconditions: null },
      request_id: uuid5(`policy_change|${grant?.grant_id ?? ''}`),
    });
    const elsewhere = redeem(world().executor(), {
      ...{ token, action_digest: digestOfAction(facts), environment: 'production', preconditions: null },
      request_id: randomUUID(),
    });
    await expect(elsewhere).rejects.toMatchObject({ code: 'already_consumed' });
    expect(await activate(1, token)).toMatchObject({ state: 'active', action_id: action.action_id, repeated: false });
    expect(await speaking()).toBe(`${NAME}@1`);
    await activate(4, await approved(await proposed(4)));
  });

  it('is for authors and risk owners of the tenant', async () => {
    await expect(post('ann', `${NAME}/versions`, { content: content(4) })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(get(`${NAME}/versions/1`, 'jan')).rejects.toMatchObject({ code: 'not_found' });
    const shared = content(4).replace('tenant: acme', "tenant: '*'");
    await expect(post('jan', `${NAME}/versions`, { content: shared })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('into shadow needs nobody, and the decisions stay with the active version', async () => {
    expect(await post('una', `${NAME}/versions/1/state`, { state: 'shadow' })).toMatchObject({ state: 'shadow' });
    expect(await speaking()).toBe(`${NAME}@4`);
    expect(await post('una', `${NAME}/versions/1/state`, { state: 'retired' })).toMatchObject({ state: 'retired' });
  });
});
