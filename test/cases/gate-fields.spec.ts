import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GATE_FIELDS } from '@countersign/events';
import type { Gate } from '@countersign/events';

const ROOT = join(import.meta.dirname, '../..');

type Observer = readonly [file: string, code: string];
const core = (file: string, code: string): Observer => [`libs/approval/src/${file}.ts`, code];
const door = (file: string, code: string): Observer => [`apps/approval/src/${file}.ts`, code];

/** Who acts on each field of a gate: a line that reads it and does something about it. A field without one does not compile. */
const OBSERVERS: Readonly<Record<keyof Gate, Observer>> = {
  name: core('alarms', 'gate: request.gate.name'),
  pattern: core('open-action', 'gate_pattern: decided.gate?.pattern'),
  quorum: core('quorum', 'Math.max(1, gate.quorum)'),
  deny_quorum: core('fold-vote', 'Math.max(1, request.gate.deny_quorum)'),
  reason: core('vote-content', "gate.reason === 'always'"),
  reason_min_length: core('vote-content', 'Math.max(1, gate.reason_min_length)'),
  reason_fast_s: core('vote-content', 'request.gate.reason_fast_s * 1000'),
  min_dwell_s: core('vote-content', 'gate.min_dwell_s * 1000'),
  escalate_s: core('alarms', 'escalate_s * 1000'),
  claim_s: core('custody', 'request.gate.claim_s'),
  batch_max: core('seen', 'cast.batch_approvals <= gate.batch_max'),
  review_rate: ['libs/policy/src/rollout/sample.ts', 'drawable.gate?.review_rate'],
  break_glass_s: core('fold-break-glass', 'request.gate.break_glass_s'),
  respond_s: core('open-request', 'now + respond_s * 1000'),
  expire_s: core('open-request', 'expire_s * 1000'),
  grant_ttl_s: core('fold-vote', 'ttl_s: gate.grant_ttl_s'),
  roles: core('quorum', 'roles.some((role) => person.roles.includes(role))'),
  people: core('quorum', 'people.includes(person.subject)'),
  escalate_roles: core('quorum', 'gate.escalate_roles.length === 0'),
  exclude: core('eligibility', 'gate.exclude.includes('),
  permit: core('eligibility', 'gate.permit.includes('),
  reason_presets: door('page/views', 'request.gate.reason_presets'),
  evidence: core('evidence', 'gate.evidence'),
  batch_fields: core('batch/batch', 'gate.batch_fields.map('),
  remind_s: core('alarms', 'clocks.remind_s['),
  thresholds: core('quorum', 'nearestThreshold(thresholds, approvers)'),
  factors: core('quorum', 'filledFactors(factors, approvers)'),
  stages: core('quorum', 'filledStages(stages, approvers)'),
  all: core('gate', 'gate.all'),
  assign: core('assign', "clocks.assign === 'rotate'"),
  hold: core('fold-vote', 'if (gate.hold)'),
  token_audience: door('http/approval-tokens', 'gate.token_audience'),
};

/** Comments do not act. */
const codeIn = (file: string): string =>
  readFileSync(join(ROOT, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*/gm, '');

describe('every field of a gate', () => {
  it('has an observer', () => expect(Object.keys(OBSERVERS).sort()).toEqual(Object.keys(GATE_FIELDS).sort()));

  it.each(Object.entries(OBSERVERS))('%s is acted on', (field, [file, code]) => {
    expect(code).toMatch(new RegExp(`\\b${field}\\b`));
    expect(codeIn(file)).toContain(code);
  });
});
