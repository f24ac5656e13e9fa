import { type JsonObject } from '@countersign/sdk';
import { eventually, startSystem, type TestSystem } from '@countersign/testing';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { refund } from './support/proposals.js';
import { worldOf, type World } from './support/world.js';

const POLICY = `name: turns
action_types: { turns: {} }
rules: [{ name: only, then: require_approval, gate: review }]
gates: { review: { quorum: 1, roles: [rota], assign: rotate } }
fallback: review
`;
const PEOPLE = ['rota-ann', 'rota-bob', 'rota-cat', 'rota-dan', 'rota-eva'];
const ADMIN = 'max';
const EACH = 20;
/** Enough for the first requests to be assigned, and too little for all. */
const KILL_AFTER_MS = 700;

interface Fact {
  readonly what: string;
  readonly to_subject?: string;
  readonly reason?: string;
}

describe('assignment in turn while instances die', () => {
  let system: TestSystem;
  let world: World;
  const requestIds: string[] = [];

  beforeAll(async () => {
    const policies = mkdtempSync(join(tmpdir(), 'countersign-turns-'));
    writeFileSync(join(policies, 'turns.yaml'), POLICY);
    system = await startSystem({ policies, approvalInstances: 2 });
    world = worldOf(system.local);
    for (const subject of PEOPLE) await change('PUT', subject, { roles: ['rota'], wip_limit: 100 });
  }, 120_000);
  afterAll(() => system?.close(), 60_000);

  const change = async (method: 'PUT' | 'DELETE', subject: string, body?: JsonObject): Promise<void> => {
    const admin = await world.person(ADMIN);
    await admin.approval.send({ method, path: `/v1/reviewers/${subject}`, ...(body && { body }) });
  };
  const open = async (many: number): Promise<void> => {
    const actions = Array.from({ length: many }, () => world.decided(refund('10.00', { action_type: 'turns' })));
    for (const { request } of await Promise.all(actions)) requestIds.push(request?.request_id ?? '');
  };
  /** Hand-overs of each request, in order. */
  const chains = async (): Promise<Fact[][]> => {
    const person = await world.person(ADMIN);
    const read = async (id: string): Promise<Fact[]> => {
      const { body } = await person.approval.send({ method: 'GET', path: `/v1/requests/${id}/custody` });
      return (body as unknown as { facts: Fact[] }).facts.filter(({ what }) => what.endsWith('assigned'));
    };
    return Promise.all(requestIds.map(read));
  };
  const loads = (all: readonly Fact[][]): number[] =>
    PEOPLE.map((subject) => all.filter((facts) => facts.at(-1)?.to_subject === subject).length);
  const settled = (expected: readonly number[]): Promise<Fact[][]> =>
    eventually(
      async () => {
        const all = await chains();
        expect(loads(all)).toEqual(expected);
        return all;
      },
      { withinMs: 60_000, everyMs: 500 },
    );

  // Whichever of the two assigns, it is killed: the second kill finds the other one in charge, or finds it still.
  it.each(['approval', 'approval-2'])(
    'leaves nobody unassigned and assigns nothing twice when %s is killed',
    async (part) => {
      const opening = open(2 * EACH);
      await sleep(KILL_AFTER_MS);
      system.kill(part);
      await opening;
      await open(3 * EACH);
      await system.ready(part);
      const each = requestIds.length / PEOPLE.length;
      const all = await settled(PEOPLE.map(() => each));
      expect(all.filter((facts) => facts.length !== 1)).toEqual([]);
    },
    120_000,
  );

  it('gives what somebody had to the others when they are taken off', async () => {
    await change('DELETE', 'rota-eva');
    const all = await eventually(
      async () => {
        const seen = await chains();
        expect(loads(seen)).toEqual([50, 50, 50, 50, 0]);
        return seen;
      },
      { withinMs: 60_000, everyMs: 500 },
    );
    const moved = all.filter((facts) => facts.length === 2);
    expect(moved).toHaveLength(2 * EACH);
    expect(moved[0]).toMatchObject([
      { what: 'assigned', to_subject: 'rota-eva' },
      {
        what: 'reassigned',
        reason: expect.stringContaining('rota-eva was taken off the roster: next in rotation') as string,
      },
    ]);
  }, 90_000);
});
