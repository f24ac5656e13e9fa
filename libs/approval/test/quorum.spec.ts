import { fewestPeople } from '@countersign/events';
import type { Gate } from '@countersign/events';
import fc from 'fast-check';
import { apply, approvalsBy, createState } from '../src/index.js';
import type { Approver, LogRecord } from '../src/index.js';
import { at, decided, edited, gate, proposed, redemption, vote } from './records.js';

const quorum = (name: string, count: number, roles: string[], people: string[] = []) => ({
  ...{ name, count, roles, people },
});
const by = (subject: string, ...roles: string[]): Approver => ({ issuer: 'https://idp', subject, roles });
const [ann, bob, cat] = [by('ann', 'finance'), by('bob', 'finance', 'legal'), by('cat', 'legal')];
const dan = by('dan');

const plain = gate({ quorum: 2 });
const either = gate({ thresholds: [quorum('head', 1, ['head'], ['cat']), quorum('team', 2, ['finance'])] });
const both = gate({ factors: [quorum('money', 1, ['finance']), quorum('law', 1, ['legal'])] });
const named = gate({ factors: [quorum('money', 1, ['finance']), quorum('signer', 1, [], ['dan'])] });
const inTurn = gate({ stages: [quorum('law', 1, ['legal']), quorum('money', 2, ['finance'], ['dan'])] });
const part = (name: string, count: number, roles: string[]) => ({
  ...{ name, quorum: count, roles, people: [], escalate_roles: [], thresholds: [], factors: [], stages: [] },
});
const together = gate({ all: [part('support', 2, ['support']), part('cfo', 1, ['cfo'])] });
const [sam, sue, sol] = [by('sam', 'support'), by('sue', 'support'), by('sol', 'support')];
const [cfo, all] = [by('cfo', 'cfo'), by('all', 'support', 'cfo')];
const mixed = gate({ thresholds: [quorum('any', 3, ['finance', 'legal'])], factors: [quorum('law', 1, ['legal'])] });

describe('what a gate asks of people and what is there', () => {
  it.each<[string, Gate, Approver[], number, number]>([
    ['a plain quorum, nobody yet', plain, [], 2, 0],
    ['a plain quorum, filled', plain, [ann, cat], 2, 2],
    ['any of two: the smallest speaks at first', either, [], 1, 0],
    ['any of two: the one that people have begun', either, [ann], 2, 1],
    ['any of two: two of the team suffice', either, [ann, bob], 2, 2],
    ['any of two: a named person suffices', either, [cat], 1, 1],
    ['all of two: one of them', both, [ann], 2, 1],
    ['all of two: one person never fills both', both, [bob], 2, 1],
    ['all of two: two of the same kind', both, [ann, by('eve', 'finance')], 2, 1],
    ['all of two: whoever has both roles makes room for the other', both, [bob, ann], 2, 2],
    ['all of two, in the other order', both, [bob, cat], 2, 2],
    ['a named signer beside a role', named, [ann, cat], 2, 1],
    ['a named signer beside a role, both there', named, [ann, dan], 2, 2],
    ['stages: the first one counts first', inTurn, [cat, ann], 3, 2],
    ['stages: out of turn counts nothing', inTurn, [ann, cat], 3, 1],
    ['stages: one person never fills two', inTurn, [bob, ann], 3, 2],
    ['stages: all in turn', inTurn, [bob, dan, ann], 3, 3],
    ['both shapes: people enough, a factor missing', mixed, [ann, by('eve', 'finance'), by('fay', 'finance')], 1, 0],
    ['both shapes: the factor there, people missing', mixed, [cat, ann], 3, 2],
    ['both shapes: all there', mixed, [cat, ann, bob], 3, 3],
    ['two gates: the fewest people who could satisfy both', together, [], 2, 0],
    ['two gates: one of them filled', together, [sam, sue], 3, 2],
    ['two gates: more of one kind fill nothing', together, [sam, sue, sol], 3, 2],
    ['two gates: the other one filled', together, [cfo], 3, 1],
    ['two gates: both filled', together, [sam, cfo, sue], 3, 3],
    ['two gates: one person counts in both', together, [all, sam], 2, 2],
    ['a count below 1 asks for one', gate({ factors: [quorum('x', 0, ['finance'])] }), [], 1, 0],
    ['a count that nobody can reach', gate({ factors: [quorum('x', 2_000_000_000, ['finance'])] }), [ann], 2e9, 1],
  ])('%s', (...[, asked, approvers, required, given]) => {
    expect(approvalsBy(asked, approvers)).toEqual({ required, given });
  });

  it.each<[string, Gate, number]>([
    ['plain', plain, 2],
    ['any of', either, 1],
    ['all of', both, 2],
    ['both shapes', mixed, 3],
    ['in stages', inTurn, 3],
  ])('asks for the fewest people: %s', (_, asked, fewest) => expect(fewestPeople(asked)).toBe(fewest));

  it('fills all factors exactly when some assignment of people does', () => {
    const roles = fc.subarray(['a', 'b', 'c']);
    const factors = fc.array(fc.tuple(fc.subarray(['a', 'b', 'c'], { minLength: 1 }), fc.integer({ min: 1, max: 2 })), {
      minLength: 1,
      maxLength: 3,
    });
    const canFill = (places: string[][], people: Approver[]): boolean =>
      places.length === 0 ||
      people.some(
        (one) =>
          places[0]?.some((role) => one.roles.includes(role)) &&
          canFill(
            places.slice(1),
            people.filter((other) => other !== one),
          ),
      );
    fc.assert(
      fc.property(factors, fc.array(roles, { maxLength: 5 }), (wanted, held) => {
        const people = held.map((own, index) => by(`p${index}`, ...own));
        const asked = gate({ factors: wanted.map(([own, count], index) => quorum(`f${index}`, count, own)) });
        const { required, given } = approvalsBy(asked, people);
        const places = wanted.flatMap(([own, count]) => Array.from({ length: count }, () => own));
        expect(given >= required).toBe(canFill(places, people));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('votes under a gate with shapes', () => {
  const action = proposed('a');
  const open = (asked: Gate): { record: LogRecord; packet_digest: string } => {
    const event = decided(action, { gate: asked });
    return { record: at(0, 'ActionDecided', event), packet_digest: event.packet_digest ?? '' };
  };
  /** Codes of the votes, then the status of the request. */
  const vote_of = (asked: Gate, voters: readonly Approver[], more: readonly LogRecord[] = []): unknown[] => {
    const { record, packet_digest } = open(asked);
    const state = createState(0);
    apply(state, record);
    const casts = voters.map(({ subject, roles }, index) =>
      at(index + 1, 'VoteCast', vote(action, subject, { roles, packet_digest })),
    );
    const codes = [...casts, ...more].map((one) => apply(state, one).answer.code);
    return [...codes, state.actions.get(action.action_id)?.request?.status];
  };

  it.each<[string, Gate, Approver[], unknown[]]>([
    ['stages: a later one waits', inTurn, [ann, cat], ['not_eligible', 'ok', 'pending']],
    ['stages: whoever filled one has voted', inTurn, [cat, cat], ['ok', 'already_voted', 'pending']],
    ['stages: a full one takes nobody else', inTurn, [cat, by('eve', 'legal')], ['ok', 'not_eligible', 'pending']],
    ['stages: approved when all are full', inTurn, [cat, ann, dan], ['ok', 'ok', 'ok', 'approved']],
    ['any of: one of the small quorum', either, [cat], ['ok', 'approved']],
    ['any of: one of the large quorum', either, [ann], ['ok', 'pending']],
    ['all of: one person with both roles', both, [bob], ['ok', 'pending']],
    ['all of: two people', both, [bob, ann], ['ok', 'ok', 'approved']],
    ['all of: two of one kind', both, [ann, by('eve', 'finance')], ['ok', 'ok', 'pending']],
    ['a named person without a role', named, [dan, ann], ['ok', 'ok', 'approved']],
    ['somebody else without a role', named, [by('fay')], ['not_eligible', 'pending']],
    ['a named person at a plain quorum', gate({ quorum: 1, people: ['dan'] }), [dan], ['ok', 'approved']],
    ['a role of the gate that fills no place', both, [by('eve', 'other')], ['not_eligible', 'pending']],
  ])('%s', (_, asked, voters, expected) => expect(vote_of(asked, voters)).toEqual(expected));

  it('are counted again at redemption, by their shapes', () => {
    const { record } = open(both);
    const state = createState(0);
    apply(state, record);
    const packet_digest = open(both).packet_digest;
    apply(state, at(1, 'VoteCast', vote(action, 'bob', { roles: ['finance', 'legal'], packet_digest })));
    apply(state, at(2, 'VoteCast', vote(action, 'ann', { roles: ['finance'], packet_digest })));
    // A vote that is taken out of the state by whatever means takes its place with it.
    state.actions.get(action.action_id)?.request?.votes.pop();
    expect(apply(state, at(3, 'RedemptionRequested', redemption(action))).answer.code).toBe('unknown_grant');
  });

  it('go on under the shape of an edit that asks for more', () => {
    const { record, packet_digest } = open(gate({ quorum: 1 }));
    const state = createState(0);
    apply(state, record);
    const edit = edited(action, { amount: { value: '7.00', currency: 'USD' } }, { gate: both });
    const changes = { vote: 'approve_with_changes', edit, packet_digest } as const;
    apply(state, at(1, 'VoteCast', vote(action, 'ann', changes)));
    const request = () => state.actions.get(action.action_id)?.request;
    expect(request()?.status).toBe('pending');
    apply(state, at(2, 'VoteCast', vote(action, 'cat', { roles: ['legal'], packet_digest: edit.packet_digest })));
    expect(request()?.status).toBe('approved');
  });
});
