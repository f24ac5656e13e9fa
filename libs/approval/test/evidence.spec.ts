import { digestOf } from '@countersign/canonical';
import { apply, actionDocument, createState, custodyDocument, packetWith, requestDocument } from '../src/index.js';
import type { LogRecord, PartitionState, RequestState } from '../src/index.js';
import { buildPacket, packetDigest } from '../src/index.js';
import {
  at,
  attached,
  attachedByAgent,
  DAY,
  decided,
  edited,
  finding,
  gate,
  proposed,
  shown,
  vote,
} from './records.js';

const action = proposed('a');
const withGate = (overrides: Parameters<typeof gate>[0] = {}): LogRecord =>
  at(0, 'ActionDecided', decided(action, { gate: gate({ evidence: ['invoice'], ...overrides }) }));
const opened = withGate();

function run(...records: readonly LogRecord[]) {
  const state = createState(0);
  const facts = records.map((record) => apply(state, record));
  return {
    codes: facts.map(({ answer }) => (answer.rule === null ? answer.code : `${answer.code}/${answer.rule}`)),
    events: facts.flatMap(({ events }) => events),
    state,
  };
}
const requestIn = (state: PartitionState): RequestState => state.actions.get(action.action_id)?.request as RequestState;
const digestAfter = (...records: LogRecord[]): string => requestIn(run(...records).state).packet_digest;
const lastCode = (...records: LogRecord[]) => run(...records).codes.at(-1);
const files = (who: string, own: Parameters<typeof attached>[2] = {}): LogRecord =>
  at(1, 'EvidenceAttached', attached(action, who, own));
const agentFiles = (own: Parameters<typeof attached>[2] = {}): LogRecord =>
  at(1, 'EvidenceAttached', attachedByAgent(action, own));
const votes = (who: string, own: Parameters<typeof vote>[2] = {}, after = 2): LogRecord =>
  at(after, 'VoteCast', vote(action, who, own));
/** The vote of somebody who has read the packet as it is after these records. */
const reading = (records: LogRecord[], who: string, own: Parameters<typeof vote>[2] = {}): LogRecord =>
  votes(who, { packet_digest: digestAfter(...records), ...own });

describe('evidence', () => {
  describe('is part of the packet digest', () => {
    it('which is that of the packet alone while nothing is attached', () => {
      expect(digestAfter(opened)).toBe(requestIn(run(opened).state).base_digest);
    });

    it('and anybody can compute it from the packet as it is shown', () => {
      const first = decided(action, { gate: gate({ evidence: ['invoice'] }) });
      const log = [at(0, 'ActionDecided', first), agentFiles({ name: 'a.pdf' }), files('ann', { kind: 'contract' })];
      const request = requestIn(run(...log).state);
      const served = packetWith(buildPacket(action, first), request.attachments);
      const { attachments } = served;
      expect(request.packet_digest).toBe(
        digestOf({ packet: digestOf({ ...served, attachments: [] }), attachments: attachments ?? null }),
      );
      expect(request.base_digest).toBe(packetDigest(buildPacket(action, first)));
      expect(attachments).toMatchObject([
        { kind: 'invoice', name: 'a.pdf', attached_by: { issuer: null, subject: 'refund-agent', role: 'agent' } },
        { kind: 'contract', attached_by: { issuer: 'https://idp', subject: 'ann', role: 'reviewer' } },
      ]);
    });

    it('whatever of an attachment is another, and in whatever order they came', () => {
      const key = { client_request_id: 'k' };
      const one = digestAfter(opened, agentFiles(key));
      const other = [
        { kind: 'contract' },
        { name: 'b.pdf' },
        { media_type: 'image/png' },
        { size_bytes: 7 },
        { sha256: 'sha256:0' },
        { attachment_id: 'att_0' },
      ].map((own) => digestAfter(opened, agentFiles({ ...key, ...own })));
      const byAnn = digestAfter(opened, files('ann', key));
      expect(new Set([one, byAnn, ...other]).size).toBe(other.length + 2);
      const [a, b] = [agentFiles({ client_request_id: 'a' }), agentFiles({ client_request_id: 'b' })];
      expect(digestAfter(opened, a, b)).not.toBe(digestAfter(opened, b, a));
    });

    it('and stays when the action is changed, or audited after its approval', () => {
      const audit_gate = gate({ name: 'sample', quorum: 1, roles: ['auditor'] });
      const first = decided(action, { gate: gate({ evidence: ['invoice'], quorum: 1 }), audit_gate });
      const edit = edited(
        action,
        { amount: { value: '450.00', currency: 'USD' } },
        { gate: gate({ quorum: 1 }), audit_packet_digest: 'sha256:9' },
      );
      const log = [at(0, 'ActionDecided', first), agentFiles()];
      const cast = reading(log, 'ann', { vote: 'approve_with_changes', edit });
      const { state } = run(...log, cast);
      const found = state.actions.get(action.action_id);
      expect([found?.request?.base_digest, found?.audit?.base_digest]).toEqual([edit.packet_digest, 'sha256:9']);
      expect(found?.audit?.attachments).toEqual(found?.request?.attachments);
      expect(lastCode(...log, cast, at(3, 'VoteCast', finding(first, 'cat', { roles: ['auditor'] })))).toBe(
        'stale_packet',
      );
      const packet_digest = found?.audit?.packet_digest ?? '';
      const answered = finding(first, 'cat', { roles: ['auditor'], packet_digest });
      expect(lastCode(...log, cast, at(3, 'VoteCast', answered))).toBe('ok');
    });
  });

  describe('that a gate demands', () => {
    it('keeps everybody from approving, and nobody from denying', () => {
      expect(lastCode(opened, votes('ann'))).toBe('evidence_required');
      expect(lastCode(opened, votes('ann', { vote: 'deny' }))).toBe('ok');
      const edit = edited(action, { amount: { value: '1.00', currency: 'USD' } });
      expect(lastCode(opened, votes('ann', { vote: 'approve_with_changes', edit }))).toBe('evidence_required');
    });

    it('is there when each kind is, whoever attached it', () => {
      const both = withGate({ evidence: ['invoice', 'contract'] });
      const log = [both, agentFiles(), files('oli', { kind: 'contract' })];
      expect(lastCode(both, agentFiles(), reading([both, agentFiles()], 'ann'))).not.toBe('ok');
      expect(lastCode(...log, reading(log, 'ann'))).toBe('ok');
    });

    it('is also that of the gate which a change of the action brings', () => {
      const plain = withGate({ evidence: [], quorum: 1 });
      const next = gate({ quorum: 1, evidence: ['contract'] });
      const edit = edited(action, { amount: { value: '9000.00', currency: 'USD' } }, { gate: next });
      const cast = { vote: 'approve_with_changes', edit } as const;
      expect(lastCode(plain, reading([plain], 'ann', cast))).toBe('evidence_required');
      const log = [plain, agentFiles({ kind: 'contract' })];
      expect(lastCode(...log, reading(log, 'ann', cast))).toBe('ok');
    });

    it('is not demanded of advice, which releases nothing', () => {
      const advice = decided(action, {
        ...{ effective_decision: 'allow', gate: null, advisory_gate: gate({ evidence: ['invoice'], quorum: 1 }) },
      });
      const log = [at(0, 'ActionDecided', advice)];
      expect(lastCode(...log, reading(log, 'ann'))).toBe('ok');
      expect(requestDocument(requestIn(run(...log).state))).not.toHaveProperty('evidence');
    });

    it('is named to the agent until it is there', () => {
      const evidenceAfter = (...log: LogRecord[]) => {
        const found = run(...log).state.actions.get(action.action_id);
        return found === undefined ? null : actionDocument(found)['request'];
      };
      expect(evidenceAfter(opened)).toMatchObject({ evidence: { required: ['invoice'], missing: ['invoice'] } });
      expect(evidenceAfter(opened, agentFiles())).toMatchObject({ evidence: { required: ['invoice'], missing: [] } });
      expect(evidenceAfter(withGate({ evidence: [] }))).not.toHaveProperty('evidence');
    });
  });

  describe('that comes late', () => {
    const invoice = agentFiles({ client_request_id: 'first' });
    const more = agentFiles({ client_request_id: 'second', kind: 'photo' });
    const before = [opened, invoice];

    it('voids approvals of what was read before it, which may be given again', () => {
      const ann = reading(before, 'ann');
      const log = [...before, ann, more];
      expect(lastCode(...log, votes('bob', { packet_digest: digestAfter(...before) }))).toBe('stale_packet');
      const bob = reading(log, 'bob');
      expect(requestIn(run(...log, bob).state).status).toBe('pending');
      expect(lastCode(...log, reading(log, 'bob'), bob)).toBe('already_voted');
      const { state, events } = run(...log, bob, reading(log, 'ann'));
      expect(requestIn(state).status).toBe('approved');
      const told = events.filter(({ name }) => name === 'EvidenceRecorded').map(({ event }) => event);
      expect(told).toMatchObject([
        { kind: 'invoice', role: 'agent', voided_votes: [] },
        {
          kind: 'photo',
          voided_votes: [(ann.event as { vote_id: string }).vote_id],
          packet_digest: digestAfter(...log),
        },
      ]);
    });

    it('leaves denials as they are: nobody voids a no by attaching something', () => {
      const start = [withGate({ deny_quorum: 2 }), invoice];
      const log = [...start, reading(start, 'ann', { vote: 'deny' }), more];
      expect(lastCode(...log, reading(log, 'ann'))).toBe('already_voted');
      expect(requestIn(run(...log, reading(log, 'bob', { vote: 'deny' })).state).status).toBe('denied');
    });

    it('has to be read: the time to read begins again, but for the person who attached it', () => {
      const slow = withGate({ min_dwell_s: 60 });
      const seen = ['ann', 'bob'].map((who) => {
        const event = { ...shown(action, who), packet_digest: digestAfter(slow) };
        return at(0, 'PacketShown', event);
      });
      const log = [slow, ...seen, files('ann')];
      const late = (who: string) => ({ ...reading(log, who), timestampMs: opened.timestampMs + 90_000 });
      expect(lastCode(...log, late('bob'))).toBe('too_fast');
      expect(lastCode(...log, late('ann'))).toBe('ok');
      // Bob was shown the old packet; the note of it came late.
      expect(lastCode(...log, seen[1] as LogRecord)).toBe('stale_packet');
    });

    it('is refused once the request has ended, and stays in its chain of custody', () => {
      const log = [...before, reading(before, 'ann', { vote: 'deny' })];
      expect(lastCode(...log, more)).toBe('already_terminal');
      expect(lastCode(opened, at(2 * DAY, 'EvidenceAttached', attachedByAgent(action)))).toBe('already_terminal');
      const found = run(...log).state.actions.get(action.action_id);
      const facts = found?.request && (custodyDocument(found, found.request)['facts'] as { what: string }[]);
      expect(facts?.filter(({ what }) => what === 'attached')).toMatchObject([
        { by: null, kind: 'invoice', role: 'agent', name: 'invoice.pdf' },
      ]);
    });
  });

  it.each([
    ['the agent of the action', agentFiles(), 'ok'],
    ['another agent', agentFiles({ subject: 'other-agent' }), 'forbidden'],
    ['who operates the agent', files('oli', { roles: [] }), 'ok'],
    ['who may vote', files('ann'), 'ok'],
    ['who may not vote', files('ann', { roles: ['sales'] }), 'forbidden'],
    ['a person with the name of the agent', files('refund-agent'), 'forbidden'],
    ['whom the action serves', files('812'), 'forbidden'],
    ['another tenant', files('ann', { tenant: 'globex' }), 'not_found'],
    ['a request that there is not', files('ann', { request_id: 'req_0' }), 'not_found'],
  ])('by %s', (_, record, code) => {
    expect(lastCode(opened, record)).toBe(code);
  });

  it('of an audit comes from its auditors alone', () => {
    const audit_gate = gate({ name: 'sample', quorum: 1, roles: ['auditor'] });
    const first = decided(action, { gate: gate({ quorum: 1 }), audit_gate });
    const request_id = first.audit_request_id ?? '';
    const log = [at(0, 'ActionDecided', first)];
    const approved = [...log, reading(log, 'ann')];
    expect(lastCode(...approved, files('cat', { request_id, roles: ['auditor'] }))).toBe('ok');
    expect(lastCode(...approved, files('ann', { request_id, roles: ['auditor'] }))).toBe('forbidden');
    expect(lastCode(...approved, files('oli', { request_id }))).toBe('forbidden');
    expect(lastCode(...approved, agentFiles({ request_id }))).toBe('forbidden');
  });

  describe('has limits', () => {
    const many = (count: number, file: () => LogRecord): LogRecord[] => Array.from({ length: count }, file);

    it('20 attachments, of which the agent may use 10', () => {
      const full = [opened, ...many(10, agentFiles)];
      expect(lastCode(...full)).toBe('ok');
      expect(lastCode(...full, agentFiles())).toBe('evidence_full');
      expect(lastCode(...full, ...many(10, () => files('ann')))).toBe('ok');
      expect(lastCode(...full, ...many(11, () => files('ann')))).toBe('evidence_full');
    });

    it('50 MiB', () => {
      const size_bytes = 25 * 1024 * 1024;
      expect(lastCode(opened, files('ann', { size_bytes }), files('ann', { size_bytes }))).toBe('ok');
      expect(lastCode(opened, files('ann', { size_bytes }), files('ann', { size_bytes: size_bytes + 1 }))).toBe(
        'evidence_full',
      );
    });

    it('nothing twice as the same kind; as another kind it may be', () => {
      const sha256 = 'sha256:1';
      expect(lastCode(opened, agentFiles({ sha256 }), files('ann', { sha256 }))).toBe('already_attached');
      expect(lastCode(opened, agentFiles({ sha256 }), files('ann', { sha256, kind: 'contract' }))).toBe('ok');
    });

    it('a copy of a call changes nothing, another body under its id is refused', () => {
      const call = { client_request_id: 'k', sha256: 'sha256:1' };
      const log = [opened, agentFiles(call), agentFiles(call)];
      expect([lastCode(...log), requestIn(run(...log).state).attachments.length]).toEqual(['ok', 1]);
      expect(lastCode(...log, agentFiles({ ...call, kind: 'contract' }))).toBe('duplicate_request');
    });
  });
});
