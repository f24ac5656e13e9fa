import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionDecided, EventMap } from '@countersign/events';
import { apply, createState } from '../src/index.js';
import type { LogRecord } from '../src/index.js';
import { asks } from './custody-log.js';
import { CUSTODY_RULES } from './custody-rows.js';
import {
  allowed,
  at,
  attached,
  cancel,
  DAY,
  decided,
  edited,
  finding,
  freeze,
  gate,
  HOUR,
  outcome,
} from './records.js';
import { manyEdits, proposed, redemption, release, revocation, shown, T0, tick, vote } from './records.js';

const action = proposed('a', { diff: '[{"op":"add","path":"/x","value":1}]' });
const open = (event: ActionDecided): LogRecord => at(0, 'ActionDecided', event);
const under = (overrides: Parameters<typeof gate>[0], more: Partial<ActionDecided> = {}): ActionDecided =>
  decided(action, { gate: gate(overrides), ...more });
const packetOf = ({ packet_digest }: ActionDecided): string => packet_digest ?? '';

const two = decided(action);
const picky = under({ exclude: ['eve'] });
const noEditor = under({ quorum: 1, exclude: ['editor'] });
const slow = under({ min_dwell_s: 30 });
const batched = under({ quorum: 1, batch_fields: ['/target'] });
const many = { batch_approvals: 2 };
const held = under({ quorum: 1, hold: true });
const audited = under({ quorum: 1 }, { audit_gate: gate({ name: 'sample' }) });
const staged = under({ stages: [{ name: 'law', count: 1, roles: ['legal'], people: [] }], roles: ['finance'] });
const one = under({ quorum: 1 });
const dry = under({ quorum: 1, pattern: 'dry-run' });
const ran = allowed({ ...action, preconditions: '{"etag":"1"}' });
const plain = allowed(action);

const votes = (event: ActionDecided, who: string, over: Parameters<typeof vote>[2] = {}, ms = MINUTE): LogRecord =>
  at(ms, 'VoteCast', vote(action, who, { packet_digest: packetOf(event), ...over }));
const MINUTE = 60_000;
const changes = (event: ActionDecided, over: Parameters<typeof edited>[2], who = 'ann'): LogRecord =>
  votes(event, who, { vote: 'approve_with_changes', edit: edited(action, { amount: 1 }, over) });
const onEdit = { packet_digest: edited(action, { amount: 1 }).packet_digest };
const redeems = (over: Parameters<typeof redemption>[1] = {}, ms = 2 * MINUTE): LogRecord =>
  at(ms, 'RedemptionRequested', redemption(action, over));
const releases = (who: string, over: Parameters<typeof release>[2] = {}, ms = 2 * MINUTE): LogRecord =>
  at(ms, 'ReleaseRequested', release(action, who, over));
const revokes = (over: Parameters<typeof revocation>[1] = {}): LogRecord =>
  at(3 * MINUTE, 'RevocationRequested', revocation(action, over));
const cancels = (ms: number): LogRecord => at(ms, 'CancelRequested', cancel(action));
const looks = (over = {}): LogRecord => at(1, 'PacketShown', { ...shown(action, 'ann'), ...over });
const stop = at(MINUTE, 'FreezeRequested', freeze());
const recalled = releases('ann', { recall: true });
const approve = votes(held, 'ann');
const approvedOne = votes(one, 'ann');
const other = 'sha256:00';

interface Row {
  readonly name: string;
  readonly given: readonly LogRecord[];
  readonly allowed: LogRecord;
  readonly refused: LogRecord;
  /** Records that stand before the refused call only. */
  readonly unless?: readonly LogRecord[];
  readonly why: string;
  /** As the refusal in the audit trail names it; null where a call is about nothing that could have one. */
  readonly attempt: string | null;
}

const row = (
  name: string,
  why: string,
  [given, allowedOne, refused, ...unless]: readonly [readonly LogRecord[], LogRecord, LogRecord, ...LogRecord[]],
): Row => {
  const [attempt = ''] = name.split(':');
  return { name, given, allowed: allowedOne, refused, unless, why, attempt };
};
const silent = (...args: Parameters<typeof row>): Row => ({ ...row(...args), attempt: null });

const VOTES: Row[] = [
  row('vote: not the agent itself', 'not_eligible self', [[open(two)], votes(two, 'ann'), votes(two, 'refund-agent')]),
  row('vote: not whom the action serves', 'not_eligible self', [[open(two)], votes(two, 'ann'), votes(two, '812')]),
  row('vote: not the operator', 'not_eligible operator', [[open(two)], votes(two, 'ann'), votes(two, 'oli')]),
  row('vote: not who operates by the roster', 'not_eligible operator', [
    ...([[open(two)], votes(two, 'ann'), votes(two, 'bob', { roles: ['finance', 'operates:refund-agent'] })] as const),
  ]),
  row('vote: needs a role of the gate', 'not_eligible role', [
    ...([[open(two)], votes(two, 'ann'), votes(two, 'ann', { roles: ['sales'] })] as const),
  ]),
  row('vote: not who was removed between view and click', 'not_eligible role', [
    ...([[open(two), looks()], votes(two, 'ann'), votes(two, 'ann', { roles: [] })] as const),
  ]),
  row('vote: not who is excluded', 'not_eligible excluded', [[open(picky)], votes(picky, 'ann'), votes(picky, 'eve')]),
  row('vote: not the editor', 'not_eligible excluded', [
    [open(noEditor), changes(noEditor, { gate: gate({ exclude: ['editor'] }) })],
    ...([votes(noEditor, 'bob', onEdit), votes(noEditor, 'ann', onEdit)] as const),
  ]),
  row('vote: the approver does not audit', 'not_eligible excluded', [
    [open(audited), votes(audited, 'ann')],
    at(HOUR, 'VoteCast', finding(audited, 'bob')),
    at(HOUR, 'VoteCast', finding(audited, 'ann')),
  ]),
  row('vote: not who stepped aside', 'not_eligible recused', [
    ...([[open(two), asks('recuse', 'bob')], votes(two, 'ann'), votes(two, 'bob')] as const),
  ]),
  row('vote: in turn only', 'not_eligible stage', [
    ...([[open(staged)], votes(staged, 'leo', { roles: ['legal'] }), votes(staged, 'ann')] as const),
  ]),
  row('vote: once, also by a second account of one subject', 'already_voted', [
    ...([[open(two), votes(two, 'ann')], votes(two, 'bob'), votes(two, 'ann', { roles: ['finance', 'cfo'] })] as const),
  ]),
  row('vote: not after the end', 'already_terminal', [[open(two)], votes(two, 'ann'), votes(two, 'ann'), cancels(1)]),
  row('vote: not under a kill switch', 'frozen', [[open(two)], votes(two, 'ann'), votes(two, 'ann'), stop]),
  row('vote: on the packet on the table', 'stale_packet', [
    ...([[open(two)], votes(two, 'ann'), votes(two, 'ann', { packet_digest: other })] as const),
  ]),
  row('vote: with others only on what was shown', 'unseen', [
    ...([[open(batched), looks()], votes(batched, 'ann', many), votes(batched, 'bob', many)] as const),
  ]),
  row('vote: of a row only with its batch', 'not_a_batch', [
    [open(batched), looks({ batch: 'bat_1' })],
    votes(batched, 'ann', { ...many, batch: 'bat_1' }),
    votes(batched, 'ann', { ...many, batch: 'bat_2' }),
  ]),
  row('vote: not of a row beside the batch', 'batch_outlier amount', [
    [open(batched), looks({ batch: 'bat_1' })],
    votes(batched, 'ann', { ...many, batch: 'bat_1' }),
    votes(batched, 'ann', { ...many, batch: 'bat_1' }),
    looks({ batch: 'bat_1', outlier: 'amount' }),
  ]),
  row('vote: in the words of the request', 'vote_not_offered', [
    ...([[open(two)], votes(two, 'ann'), votes(two, 'ann', { vote: 'harmless' })] as const),
  ]),
  row('vote: with a reason where one is asked for', 'reason_required', [
    [open(under({ reason: 'always' }))],
    votes(under({ reason: 'always' }), 'ann', { reason: 'known customer' }),
    votes(under({ reason: 'always' }), 'ann'),
  ]),
  row('vote: after the time to read', 'too_fast', [
    [open(slow), looks()],
    votes(slow, 'ann'),
    votes(slow, 'ann', {}, 9),
  ]),
  row('vote: released while its grant can live', 'release_too_late', [
    [open(held)],
    votes(held, 'ann', { release_at: T0 + DAY }),
    votes(held, 'ann', { release_at: T0 + 8 * DAY }),
  ]),
  row('vote: changes with parameters', 'parameters_required', [
    ...([[open(two)], changes(two, {}), votes(two, 'ann', { vote: 'approve_with_changes' })] as const),
  ]),
  row('vote: changes that policy does not deny', 'edit_denied_by_policy', [
    ...([[open(two)], changes(two, {}), changes(two, { policy_decision: 'deny' })] as const),
  ]),
  silent('vote: on a request that is there', 'not_found', [
    ...([[open(two)], votes(two, 'ann'), votes(two, 'ann', { request_id: 'req_x' })] as const),
  ]),
  silent('vote: one body under one id', 'duplicate_request', [
    [open(two), votes(two, 'ann', { client_request_id: 'k' })],
    votes(two, 'bob', { client_request_id: 'k' }),
    votes(two, 'ann', { client_request_id: 'k', vote: 'deny' }),
  ]),
  silent('shown: while it waits', 'not_found', [[open(two)], looks(), looks(), cancels(0)]),
  silent('shown: what is on the table', 'stale_packet', [
    ...([[open(two), changes(two, {}, 'bob')], looks(onEdit), looks()] as const),
  ]),
];

const wanting = under({ quorum: 1, evidence: ['invoice'] });
const files = (over: Parameters<typeof attached>[2] = {}, who = 'ann'): LogRecord =>
  at(MINUTE, 'EvidenceAttached', attached(action, who, over));
const same = { sha256: 'sha256:1' };
const EVIDENCE: Row[] = [
  row('vote: with the evidence that is demanded', 'evidence_required', [
    ...([[open(wanting)], votes(wanting, 'ann', { vote: 'deny' }), votes(wanting, 'ann')] as const),
  ]),
  row('attach: by who may vote', 'forbidden', [[open(two)], files(), files({ roles: ['sales'] })]),
  row('attach: while it waits', 'already_terminal', [[open(two)], files(), files(), cancels(1)]),
  row('attach: each content once', 'already_attached', [[open(two)], files(same), files(same), files(same, 'bob')]),
  row('attach: not more than fits', 'evidence_full', [
    ...([[open(two)], files(), files({ size_bytes: 51 * 1024 * 1024 })] as const),
  ]),
  silent('attach: to a request that is there', 'not_found', [[open(two)], files(), files({ request_id: 'req_x' })]),
];

const lapsed = tick(2 * DAY);
const RELEASES: Row[] = [
  row('release: by who could vote', 'not_eligible role', [
    ...([[open(held), approve], releases('bob'), releases('bob', { roles: ['sales'] })] as const),
  ]),
  row('release: what is held', 'not_held', [[open(held), approve], releases('ann'), releases('ann'), releases('bob')]),
  row('release: not what was taken back', 'revoked', [
    ...([[open(held), approve], releases('ann'), releases('bob'), recalled] as const),
  ]),
  row('release: not under a kill switch', 'frozen', [
    ...([[open(held), approve], releases('ann'), releases('ann'), stop] as const),
  ]),
  row('release: while its grant can live', 'release_too_late', [
    [open(held), approve],
    ...([releases('ann', { release_at: T0 + DAY }), releases('ann', { release_at: T0 + 8 * DAY })] as const),
  ]),
  silent('release: of a request that is there', 'not_found', [
    ...([[open(held), approve], releases('ann'), releases('ann', { request_id: 'req_x' })] as const),
  ]),
  row('recall: not what was used', 'already_consumed', [
    ...([[open(held), approve, releases('bob')], recalled, recalled, redeems()] as const),
  ]),
  row('recall: not what has lapsed', 'expired', [
    ...([
      [open(held), approve, releases('bob')],
      recalled,
      releases('ann', { recall: true }, 3 * DAY),
      lapsed,
    ] as const),
  ]),
  row('recall: not what was revoked', 'revoked', [
    ...([[open(held), approve, releases('bob')], recalled, recalled, revokes()] as const),
  ]),
];

const seen = { preconditions: '{"etag":"1"}' };
const GRANTS: Row[] = [
  row('redemption: of the action that was approved', 'action_digest_mismatch', [
    ...([[open(plain)], redeems(), redeems({ action_digest: other })] as const),
  ]),
  row('redemption: of the diff that was approved', 'action_digest_mismatch diff', [
    ...([[open(dry), votes(dry, 'ann')], redeems(), redeems({ diff_digest: other })] as const),
  ]),
  row('redemption: once', 'already_consumed', [[open(plain)], redeems(), redeems(), redeems()]),
  row('redemption: not after a revocation', 'revoked', [[open(plain)], redeems(), redeems(), revokes()]),
  row('redemption: in time', 'expired', [[open(plain)], redeems(), redeems({}, 3 * DAY)]),
  row('redemption: with a token in time', 'expired', [[open(plain)], redeems(), redeems({ token_expires_at: T0 })]),
  row('redemption: not under a kill switch', 'frozen', [[open(plain)], redeems(), redeems(), stop]),
  row('redemption: with its preconditions', 'precondition_changed', [
    ...([[open(ran)], redeems(seen), redeems({ preconditions: '{"etag":"2"}' })] as const),
  ]),
  silent('redemption: of a grant that is there', 'unknown_grant', [
    ...([[open(plain)], redeems(), redeems({ grant_id: 'grant_x' })] as const),
  ]),
  row('revocation: by an admin or an approver', 'forbidden', [
    [open(one), approvedOne],
    ...([revokes({ subject: 'ann', roles: ['finance'] }), revokes({ subject: 'bob', roles: ['finance'] })] as const),
  ]),
  row('revocation: once', 'revoked', [[open(plain)], revokes(), revokes(), revokes()]),
  row('revocation: not of what was used', 'already_consumed', [[open(plain)], revokes(), revokes(), redeems()]),
  row('revocation: not of what has lapsed', 'expired', [[open(plain)], revokes(), revokes(), lapsed]),
  silent('revocation: of a grant that is there', 'not_found', [
    ...([[open(plain)], revokes(), revokes({ grant_id: 'grant_x' })] as const),
  ]),
  row('cancellation: while it waits', 'already_terminal', [[open(one)], cancels(MINUTE), cancels(HOUR), approvedOne]),
  silent('cancellation: by its agent', 'not_found', [
    [open(two)],
    cancels(1),
    at(1, 'CancelRequested', { ...cancel(action), agent_id: 'other-agent' }),
  ]),
  silent('outcome: of an action that is there', 'not_found', [
    ...([[open(plain)], at(1, 'OutcomeFiled', outcome(action))] as const),
    at(1, 'OutcomeFiled', outcome(proposed('b'))),
  ]),
  silent('freeze: by an admin', 'forbidden', [
    ...([[open(two)], stop, at(1, 'FreezeRequested', freeze({ roles: ['finance'] }))] as const),
  ]),
  silent('freeze: of its own tenant', 'not_found', [
    [open(two), stop],
    at(2 * MINUTE, 'FreezeRequested', freeze({ frozen: false })),
    at(2 * MINUTE, 'FreezeRequested', freeze({ frozen: false, tenant: 'globex' })),
  ]),
];

const glass = under({ break_glass_s: 600 }, { break_glass_gate: gate() });
const breaks = (over: Partial<EventMap['BreakGlassRequested']> = {}, event = glass): LogRecord => {
  const { tenant, action_id, run_id, request_id } = event;
  const asked = { tenant, action_id, run_id, request_id, client_request_id: 'glass', body_hash: 'h' };
  const who = { issuer: 'https://idp', subject: 'joy', roles: ['break_glass'], reason: 'it cannot wait for two' };
  const seen = { packet_digest: packetOf(event), review_request_id: 'req_review', review_packet_digest: 'r' };
  return at(2 * MINUTE, 'BreakGlassRequested', { ...asked, ...who, ...seen, ...over });
};
const brokenBy = (who: string, roles = ['break_glass']): LogRecord => breaks({ subject: who, roles });
const GLASS: Row[] = [
  silent('break_glass: of a request that is there', 'not_found', [
    ...([[open(glass)], breaks(), breaks({ request_id: 'req_other' })] as const),
  ]),
  row('break_glass: with the role', 'not_eligible role', [[open(glass)], breaks(), brokenBy('joy', ['admin'])]),
  row('break_glass: not the operator', 'not_eligible operator', [[open(glass)], breaks(), brokenBy('oli')]),
  row('break_glass: not on advice and audits', 'break_glass_not_allowed', [
    ...([
      [open(glass)],
      breaks(),
      breaks({ subject: 'max', request_id: 'req_review', client_request_id: 'g2' }),
      breaks(),
    ] as const),
  ]),
  row('break_glass: not what is denied', 'already_terminal', [
    ...([[open(glass)], breaks(), breaks(), votes(glass, 'ann', { vote: 'deny' })] as const),
  ]),
  row('break_glass: not while frozen', 'frozen', [[open(glass)], breaks(), breaks(), stop]),
  row('break_glass: of the packet shown', 'stale_packet', [[open(glass)], breaks(), breaks({ packet_digest: other })]),
  row('break_glass: with a reason', 'reason_required', [[open(glass)], breaks(), breaks({ reason: 'now' })]),
];

const ROWS = [manyEdits(action, two), ...VOTES, ...EVIDENCE, ...RELEASES, ...GRANTS, ...GLASS];

/** Folds the records; what the last one is answered, and how its refusal is public. */
function last(records: readonly LogRecord[]) {
  const state = createState(0);
  const facts = records.map((record) => apply(state, record)).at(-1);
  const audited = (facts?.events ?? []).filter(({ name }) => name === 'Refused').map(({ event }) => event);
  return { answer: facts?.answer, audited };
}

describe('every rule, once by who may and once by who may not', () => {
  it.each(ROWS)('$name', ({ given, allowed: may, refused, unless = [], why, attempt }) => {
    expect(last([...given, may]).answer).toMatchObject({ code: 'ok', rule: null });
    const { answer, audited: found } = last([...given, ...unless, refused]);
    const [code, rule = null] = why.split(' ');
    expect(answer).toMatchObject({ code, rule });
    expect(found).toMatchObject(attempt === null ? [] : [{ attempt, code, rule }]);
  });

  /** Every code that a source file refuses with, and the rule where it is written there. */
  const SOURCES = join(import.meta.dirname, '../src');
  const refusals = readdirSync(SOURCES)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...readFileSync(join(SOURCES, file), 'utf8').matchAll(/refuse\('([a-z_]+)'(?:, '([a-z_]+)')?\)/g)].map(
        ([, code, rule]) => [file, rule === undefined ? code : `${code} ${rule}`] as const,
      ),
    );
  const ATTEMPTS: Readonly<Record<string, readonly string[]>> = {
    'fold-vote.ts': ['vote'],
    'vote-content.ts': ['vote'],
    'seen.ts': ['vote'],
    'fold-shown.ts': ['shown'],
    'fold-evidence.ts': ['attach'],
    'fold-release.ts': ['release', 'recall'],
    'fold-redemption.ts': ['redemption'],
    'fold-revocation.ts': ['revocation'],
    'fold-cancel.ts': ['cancellation'],
    'fold-break-glass.ts': ['break_glass'],
    'fold-outcome.ts': ['outcome'],
    'fold-freeze.ts': ['freeze'],
    'remember.ts': ['vote'],
    'fold-custody.ts': ['claim', 'release', 'assign', 'reassign', 'recuse', 'escalate', 'comment'],
  };
  // Of the whole request, whatever is called: they have tests of their own in custody-rules.spec.ts.
  const ELSEWHERE = ['fold-custody.ts not_found', 'fold-custody.ts already_terminal', 'fold-custody.ts custody_full'];
  ELSEWHERE.push('apply.ts internal', 'fold-custody.ts already_escalated', 'fold-evidence.ts duplicate_request');
  ELSEWHERE.push('fold-freeze.ts already_terminal', 'fold-freeze.ts duplicate_request', 'remember.ts too_many');
  ELSEWHERE.push('fold-outcome.ts too_many');
  it('has a row for every code that the source refuses with', () => {
    expect(refusals.length).toBeGreaterThan(40);
    const rows = [...ROWS, ...CUSTODY_RULES].map(({ name, why }) => `${name.split(':')[0]} ${why}`);
    const missing = refusals.filter(
      ([file, why]) =>
        !ELSEWHERE.includes(`${file} ${why}`) &&
        !(ATTEMPTS[file] ?? []).some((attempt) => rows.includes(`${attempt} ${why}`)),
    );
    expect(missing).toEqual([]);
  });

  it('has a row for every word that says why somebody is not eligible', () => {
    const [, union = ''] =
      /IneligibleRule = ([^;]+);/.exec(readFileSync(join(SOURCES, 'eligibility.ts'), 'utf8')) ?? [];
    const words = [...union.matchAll(/'([a-z_]+)'/g)].map(([, word]) => word);
    expect(words.length).toBeGreaterThan(5);
    const known = VOTES.map(({ why }) => why);
    expect(words.filter((word) => !known.includes(`not_eligible ${word}`))).toEqual([]);
  });
});

describe('1,500 approved by one person as 9,000', () => {
  const small = proposed('a', {
    parameters: '{"amount":{"currency":"USD","value":"1500.00"}}',
    amount_value: '1500.00',
  });
  const opened = decided(small, { gate: gate({ name: 'one-person', quorum: 1 }) });
  const strict = gate({ name: 'two-person', quorum: 2 });
  const edit = edited(small, { amount: { currency: 'USD', value: '9000.00' } }, { gate: strict });
  const cast = (who: string, over: Parameters<typeof vote>[2]) => at(MINUTE, 'VoteCast', vote(small, who, over));
  const change = cast('ann', { vote: 'approve_with_changes', edit, packet_digest: packetOf(opened) });
  const second = cast('bob', { packet_digest: edit.packet_digest });

  it('goes on under the gate of 9,000, and its grant releases 9,000 and nothing else', () => {
    const state = createState(0);
    for (const record of [open(opened), change]) apply(state, record);
    const found = state.actions.get(small.action_id);
    expect([found?.request?.status, found?.request?.gate.name, found?.grant]).toEqual(['pending', 'two-person', null]);
    expect(apply(state, cast('ann', { packet_digest: edit.packet_digest })).answer.code).toBe('already_voted');
    apply(state, second);
    expect([found?.request?.status, found?.grant?.digest]).toEqual(['approved', edit.digest]);
    const redeemed = (over = {}) => apply(state, at(HOUR, 'RedemptionRequested', redemption(small, over))).answer.code;
    expect([redeemed(), redeemed({ action_digest: edit.digest })]).toEqual(['action_digest_mismatch', 'ok']);
  });
});
