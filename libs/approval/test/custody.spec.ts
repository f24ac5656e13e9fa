import type { Gate } from '@countersign/events';
import { apply, createState } from '../src/index.js';
import type { LogRecord } from '../src/index.js';
import { action, asks, assigned, fold, to, votes } from './custody-log.js';
import { at, custody, decided, edited, freeze, gate, HOUR, MINUTE, T0, tick, vote } from './records.js';

const lead = { roles: ['lead'] };
const law = [{ name: 'law', count: 1, roles: ['legal'], people: [] }];

describe('a claim', () => {
  it('keeps nobody from voting: two others approve while it lasts', () => {
    const { request } = fold([asks('claim', 'cat'), votes('ann'), votes('bob')]);
    expect([request?.status, request?.claimed_by?.subject]).toEqual(['approved', 'cat']);
  });

  it('lapses by the clock, once, and is free again', () => {
    const claim = asks('claim', 'ann');
    const { request, events, answer } = fold([
      claim,
      tick(16 * MINUTE),
      tick(17 * MINUTE),
      at(18 * MINUTE, 'CustodyRequested', custody(action, 'claim', 'bob')),
    ]);
    const lapses = events.filter(({ event }) => (event as { verb?: string }).verb === 'claim_lapsed');
    expect(lapses.map(({ event }) => event)).toMatchObject([{ subject: 'ann', at: claim.timestampMs + 15 * MINUTE }]);
    expect([answer?.code, request?.claimed_by?.subject]).toEqual(['ok', 'bob']);
  });

  it('is renewed by the same person and then lapses later', () => {
    const again = at(10 * MINUTE, 'CustodyRequested', custody(action, 'claim', 'ann'));
    const half = fold([asks('claim', 'ann'), again, tick(20 * MINUTE)]);
    expect(half.request?.claimed_by?.subject).toBe('ann');
    expect(fold([asks('claim', 'ann'), again, tick(25 * MINUTE)]).request?.claimed_by).toBeNull();
  });

  it('ends with the vote of who has it, as an assignment does', () => {
    const { request } = fold([assigned('ann'), asks('claim', 'ann'), votes('ann')]);
    expect([request?.status, request?.claimed_by, request?.assignee]).toEqual(['pending', null, null]);
  });

  it('stands still while the action is frozen, from the moment at which it was made', () => {
    const during = [
      at(MINUTE, 'FreezeRequested', freeze()),
      at(HOUR, 'CustodyRequested', custody(action, 'claim', 'ann')),
      at(2 * HOUR, 'FreezeRequested', freeze({ frozen: false })),
    ];
    expect(fold([...during, tick(2 * HOUR + 14 * MINUTE)]).request?.claimed_by?.subject).toBe('ann');
    expect(fold([...during, tick(2 * HOUR + 15 * MINUTE)]).request?.claimed_by).toBeNull();
  });
});

describe('handing on', () => {
  it('ends the claim of who had it', () => {
    const { request } = fold([assigned('ann'), asks('claim', 'ann'), asks('reassign', 'ann', to('bob'))]);
    expect([request?.assignee?.subject, request?.claimed_by]).toEqual(['bob', null]);
  });

  it('leaves nobody assigned when the assignee steps aside, and somebody else can be chosen', () => {
    const { request } = fold([assigned('ann'), asks('recuse', 'ann'), assigned('bob')]);
    expect([request?.assignee?.subject, request?.recused?.map(({ subject }) => subject)]).toEqual(['bob', ['ann']]);
  });

  it('is made public with who, to whom and why, once each', () => {
    const { events } = fold([assigned('ann'), asks('reassign', 'ann', to('bob', { reason: 'on holiday' }))]);
    const changes = events.filter(({ name }) => name === 'CustodyChanged').map(({ event }) => event);
    expect(changes).toMatchObject([
      { verb: 'assign', issuer: 'countersign', subject: 'assignment', to_subject: 'ann', reason: 'why not' },
      { verb: 'reassign', subject: 'ann', to_subject: 'bob', reason: 'on holiday' },
    ]);
  });
});

describe('an escalated request', () => {
  const clock = { escalate_s: 600, escalate_roles: ['lead'] };
  const late = (who: string, overrides = {}) => at(700_000, 'VoteCast', vote(action, who, overrides));

  it('lets further people fill the plain quorum, which stays as large', () => {
    const one = fold([late('leo', lead)], clock);
    expect([one.answer?.code, one.request?.status]).toEqual(['ok', 'pending']);
    expect(fold([late('leo', lead), late('ann')], clock).request?.status).toBe('approved');
    expect(fold([at(599_999, 'VoteCast', vote(action, 'leo', lead))], clock).answer?.rule).toBe('role');
  });

  it('lets further people fill the places of factors and stages, one each', () => {
    const two = [...law, { ...law[0]!, name: 'money', roles: ['finance'] }];
    const own = { ...clock, factors: two };
    const { packet_digest } = decided(action, { gate: gate(own) });
    const shown = { ...lead, packet_digest: packet_digest ?? '' };
    const { request, answer } = fold([late('leo', shown)], own);
    expect([answer?.code, request?.status]).toEqual(['ok', 'pending']);
    expect(fold([late('leo', shown), late('lia', shown)], own).request?.status).toBe('approved');
    const inTurn = { ...clock, stages: two };
    const staged = { ...lead, packet_digest: decided(action, { gate: gate(inTurn) }).packet_digest ?? '' };
    expect(fold([late('leo', staged), late('lia', staged)], inTurn).request?.status).toBe('approved');
    expect(fold([at(599_999, 'VoteCast', vote(action, 'leo', staged))], inTurn).answer?.rule).toBe('role');
  });

  it('is escalated once, by whoever comes first', () => {
    const { names, request, events } = fold([asks('escalate', 'ann'), tick(700_000)], clock);
    expect(names.filter((name) => name === 'RequestEscalated')).toHaveLength(1);
    expect(events.find(({ name }) => name === 'RequestEscalated')?.event).toMatchObject({
      ...{ by: 'person', subject: 'ann', roles: ['lead'] },
    });
    expect(request?.respond_by).toBe(T0 + 3_600_000);
    expect(
      fold([tick(700_000), at(700_001, 'CustodyRequested', custody(action, 'escalate', 'ann'))], clock).answer?.code,
    ).toBe('already_escalated');
  });

  it('is not escalated once it has ended', () => {
    expect(fold([votes('ann'), votes('bob'), tick(700_000)], clock).names).not.toContain('RequestEscalated');
  });
});

describe('reminders', () => {
  const reminding = { remind_s: [1_800, 3_240] };
  const nths = (records: readonly LogRecord[], own: Partial<Gate> = reminding) =>
    fold(records, own).events.flatMap(({ name, event }) => (name === 'RequestReminded' ? [event] : []));

  it('come at their times, each once, also when the log was silent for long', () => {
    const wanted = [
      { nth: 1, of: 2, reminded_at: T0 + 1_800_000 },
      { nth: 2, of: 2, reminded_at: T0 + 3_240_000 },
    ];
    expect(nths([tick(1_800_000), tick(1_800_001), tick(3_240_000), tick(4_000_000)])).toMatchObject(wanted);
    expect(nths([tick(4_000_000), tick(4_000_001)])).toMatchObject(wanted);
  });

  it('come sooner, in proportion, where the agent asks for a faster answer', () => {
    const state = createState(0);
    const hasty = { ...action, respond_within_s: 360 };
    apply(state, at(0, 'ActionDecided', decided(hasty, { gate: gate(reminding) })));
    const { events } = apply(state, tick(HOUR));
    expect(events.map(({ event }) => (event as { reminded_at?: number }).reminded_at)).toEqual([
      T0 + 180_000,
      T0 + 324_000,
    ]);
  });

  it('wait while the action is frozen', () => {
    const frozen = [at(MINUTE, 'FreezeRequested', freeze()), at(HOUR, 'FreezeRequested', freeze({ frozen: false }))];
    expect(nths([...frozen, tick(HOUR + 28 * MINUTE)])).toEqual([]);
    expect(nths([...frozen, tick(HOUR + 29 * MINUTE)])).toMatchObject([{ reminded_at: T0 + HOUR + 29 * MINUTE }]);
  });

  it('go on after a claim that ended early, and keep their times through an edit', () => {
    const first = tick(1_800_000);
    const claim = at(1_800_001, 'CustodyRequested', custody(action, 'claim', 'ann'));
    const back = at(1_800_002, 'CustodyRequested', custody(action, 'release', 'ann'));
    expect(nths([first, claim, back, tick(3_240_000)])).toMatchObject([{ nth: 1 }, { nth: 2 }]);
    const edit = edited(action, { amount: { value: '9.00', currency: 'USD' } });
    const changed = votes('ann', { vote: 'approve_with_changes', edit });
    expect(nths([changed, tick(3_240_000)])).toMatchObject([{ nth: 1 }, { nth: 2 }]);
  });

  it('go on, and claims lapse, after a person called for help before the clock did', () => {
    const own = { escalate_s: 600, remind_s: [1_800] };
    const call = at(MINUTE, 'CustodyRequested', custody(action, 'escalate', 'bob'));
    expect(nths([call, tick(HOUR)], own)).toMatchObject([{ nth: 1, reminded_at: T0 + 1_800_000 }]);
    const claim = at(2_000, 'CustodyRequested', custody(action, 'claim', 'ann'));
    expect(fold([claim, call, tick(16 * MINUTE)], { escalate_s: 600 }).request?.claimed_by).toBeNull();
  });

  it('stop with the request, and none comes at its very end or after', () => {
    expect(nths([votes('ann'), votes('bob'), tick(HOUR)])).toEqual([]);
    expect(nths([tick(2 * HOUR)], { remind_s: [1_800], expire_s: 1_800 })).toEqual([]);
  });
});
