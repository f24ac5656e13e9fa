import { readFileSync } from 'node:fs';
import { sha256 } from '@countersign/canonical';
import type { PolicyPublished, PolicyReported } from '@countersign/events';
import { PolicyHistory } from '@countersign/policy';
import type { CheckedRoster } from '@countersign/policy';
import { prospectOf } from './prospect.js';
import { subjectOf } from './subject.js';
import type { WantedState } from './subject.js';

const root = `${import.meta.dirname}/../../../..`;
const CHANGES = readFileSync(`${root}/infra/policies/policy-changes.yaml`, 'utf8');
const CHANGE_CASES = readFileSync(`${root}/infra/policies/cases/policy-changes.yaml`, 'utf8');
const roster = JSON.parse(readFileSync(`${root}/infra/local/roster.json`, 'utf8')) as CheckedRoster;

const pay = (more = ''): string =>
  `name: pay\naction_types: { pay: {} }\ngates: { g: { quorum: 1, roles: [finance] } }\nfallback: g\n${more}`;

function published(content: string, name = 'pay', cases: string | null = null): PolicyPublished {
  const facts = { tenant: '*', name, content, content_hash: sha256(content), author: 'ann', note: null };
  return { ...facts, published_at: 0, parent: null, cases };
}

/** Changes of policy are gated and `pay` is at version 1; then these are published. */
function historyWith(...drafts: PolicyPublished[]): PolicyHistory {
  return historyAfter(pay(), ...drafts);
}

/** The same, with another text at version 1. */
function historyAfter(active: string, ...drafts: PolicyPublished[]): PolicyHistory {
  const history = new PolicyHistory();
  history.apply(published(CHANGES, 'policy-changes', CHANGE_CASES), 1);
  history.apply(published(active), 2);
  drafts.forEach((draft) => history.publish(draft, 3));
  return history;
}

function codes(history: PolicyHistory, [name, version]: [string, number], wanted: WantedState = ACTIVE): string[] {
  const subject = subjectOf(history, 'acme', name, version);
  const floor = { requires: ['cases'] as const, minHistory: 0 };
  return prospectOf(subject, wanted, { history, roster, tenant: 'acme', floor }).reasons.map(({ code }) => code);
}

const ACTIVE: WantedState = { state: 'active', mode: null };
const SOFT: WantedState = { state: 'active', mode: 'soft' };
const RETIRED: WantedState = { state: 'retired', mode: null };
const CASES = `policy: pay
base: { action_type: pay, environment: production, parameters: {} }
cases:
  - { name: waits for two, want: { decision: require_approval, quorum: 2 } }
`;

describe('a version may speak', () => {
  it('when nothing is against it', () => {
    expect(codes(historyWith(published(pay('# 2\n'))), ['pay', 2])).toEqual([]);
    expect(codes(historyWith(), ['pay', 1])).toEqual(['already_so']);
  });

  it('unless this release cannot read it', () => {
    expect(codes(historyWith(published('name: pay\nunknown: true\n')), ['pay', 2])).toEqual(['invalid_policy']);
  });

  it('unless the static checks find an error', () => {
    const nobody = pay().replace('finance', 'nobody-has-this-role');
    expect(codes(historyWith(published(nobody)), ['pay', 2])).toEqual(['static_checks_failed']);
  });

  it('unless its cases come out otherwise', () => {
    expect(codes(historyWith(published(pay('# 2\n'), 'pay', CASES)), ['pay', 2])).toEqual(['cases_failed']);
    const fits = CASES.replace('quorum: 2', 'quorum: 1');
    expect(codes(historyWith(published(pay('# 2\n'), 'pay', fits)), ['pay', 2])).toEqual([]);
  });

  it('the first time only with what the operator asks for at least', () => {
    const first = published(pay().replace('name: pay', 'name: first'), 'first');
    expect(codes(historyWith(first), ['first', 1])).toEqual(['cases_missing']);
    const cases = CASES.replace('policy: pay', 'policy: first').replace('quorum: 2', 'quorum: 1');
    expect(codes(historyWith({ ...first, cases }), ['first', 1])).toEqual([]);
  });

  it('only with cases where the version that speaks asks for them', () => {
    const asking = pay('activation: { requires: [cases] }\n');
    expect(codes(historyAfter(asking, published(pay('# 2\n'))), ['pay', 2])).toEqual(['cases_missing']);
  });

  describe('when the version that speaks asks for reports', () => {
    const ACTIVATION = 'activation: { requires: [backtest, shadow], min_history: 100 }\n';
    // The candidate itself asks for nothing: whoever writes it does not take the lock off with it.
    const asking = published(pay('# 2\n'));
    const historyOf = (): PolicyHistory => historyAfter(pay(ACTIVATION), asking);
    const report = (
      kind: 'backtest' | 'shadow',
      actions: number,
      status: PolicyReported['status'],
    ): PolicyReported => ({
      ...{ tenant: 'acme', name: 'pay', content_hash: asking.content_hash, against: null, kind, status, actions },
      ...{ changed: 0, result_hash: 'sha256:1', result: '{}', history_from: 0, history_to: 1 },
      ...{ reported_by: 'ann', reported_at: 2 },
    });

    it('only with each of them', () => {
      const history = historyOf();
      expect(codes(history, ['pay', 2])).toEqual(['backtest_missing', 'shadow_report_missing']);
      history.reports.apply(report('backtest', 100, 'complete'));
      expect(codes(history, ['pay', 2])).toEqual(['shadow_report_missing']);
      history.reports.apply({ ...report('shadow', 100, 'complete'), tenant: 'globex' });
      expect(codes(history, ['pay', 2])).toEqual(['shadow_report_missing']);
      history.reports.apply(report('shadow', 100, 'complete'));
      expect(codes(history, ['pay', 2])).toEqual([]);
    });

    it('not for what the candidate asks for itself', () => {
      expect(codes(historyWith(published(pay(ACTIVATION))), ['pay', 2])).toEqual([]);
    });

    it.each([
      ['too few actions', 99, 'complete'],
      ['a report that says so', 100, 'insufficient_history'],
    ] as const)('only in mode soft or shadow after %s', (_what, actions, status) => {
      const history = historyOf();
      history.reports.apply(report('backtest', actions, status));
      history.reports.apply(report('shadow', 100, 'complete'));
      expect(codes(history, ['pay', 2])).toEqual(['insufficient_history']);
      expect(codes(history, ['pay', 2], SOFT)).toEqual([]);
      expect(codes(history, ['pay', 2], { state: 'shadow', mode: null })).toEqual([]);
    });
  });
});

describe('changes of policy stay within reach of people', () => {
  const changed = (from: string, to: string): PolicyHistory =>
    historyWith(published(CHANGES.replace(from, to), 'policy-changes'));

  it.each([
    ['a quorum that nobody can reach', 'quorum: 2', 'quorum: 4', 'policy_change_unreachable'],
    ['a role that nobody has', '[risk-owner]', '[nobody]', 'policy_change_unreachable'],
    [
      'a rule that denies them',
      'then: require_approval\n    gate: risk-owners',
      'then: deny',
      'policy_change_unreachable',
    ],
    [
      'a rule that lets them run',
      'then: require_approval\n    gate: risk-owners',
      'then: allow',
      'policy_change_ungated',
    ],
    [
      'an environment where it is soft',
      'rules:',
      'environments: { production: { mode: soft } }\nrules:',
      'policy_change_ungated',
    ],
  ])('%s is refused', (_what, from, to, code) => {
    expect(codes(changed(from, to), ['policy-changes', 2])).toContain(code);
  });

  it('a soft mode is refused for them, and so is leaving them to one person whom nobody can be', () => {
    const history = historyWith();
    expect(codes(history, ['policy-changes', 1], SOFT)).toEqual(['policy_change_ungated']);
    // The built-in gate is left, and globex has approvers too.
    expect(codes(history, ['policy-changes', 1], RETIRED)).toEqual([]);
    expect(codes(history, ['pay', 1], RETIRED)).toEqual([]);
  });
});
