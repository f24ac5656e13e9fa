import { digestOf } from '@countersign/canonical';
import { checkPolicy, MODE_RANKS, readCases, runCases, withMode } from '@countersign/policy';
import type {
  CaseReport,
  CheckedRoster,
  CompiledActivation,
  CompiledPolicy,
  Finding,
  PolicyHistory,
  VersionRecord,
} from '@countersign/policy';
import type { PolicyReported } from '@countersign/events';
import type { Reason } from './reason.js';
import type { WantedState } from './subject.js';

/** The checks run while decisions wait, so they look less far than `countersign policy check` does. */
const EFFORT = { points: 1_000, questions: 50_000, allQuestions: 500_000 };

/** What is known of a version before it speaks. */
export interface Evidence {
  readonly findings: readonly Finding[];
  /** null where the version has no cases. */
  readonly cases: CaseReport | null;
  readonly reports: readonly { readonly kind: 'backtest' | 'shadow'; readonly report: PolicyReported | null }[];
}

/** @param others the policies that decide beside it */
export function runCasesOf(
  policy: CompiledPolicy,
  cases: string | null,
  others: readonly CompiledPolicy[],
): CaseReport | null {
  if (cases === null) return null;
  const { table } = readCases(cases, `cases/${policy.name}.yaml`);
  return table === null ? null : runCases([policy, ...others], table);
}

export const checksOf = (policy: CompiledPolicy, roster: CheckedRoster | null): Finding[] =>
  checkPolicy(policy, roster ?? undefined, EFFORT);

export interface EvidenceQuestion {
  readonly history: PolicyHistory;
  readonly roster: CheckedRoster | null;
  /** Whose history the reports are about. */
  readonly tenant: string;
}

/** Gathers the evidence of a version that can be read. */
export function evidenceOf(
  { published }: VersionRecord,
  policy: CompiledPolicy,
  { history, roster, tenant }: EvidenceQuestion,
): Evidence {
  const { name, content_hash } = published;
  const others = history.activeAt(Infinity).map((one) => one.policy);
  const beside = others.filter((one) => one.name !== name || one.tenant !== published.tenant);
  const report = (kind: 'backtest' | 'shadow') => ({
    kind,
    report: history.reports.find(tenant, name, content_hash, kind),
  });
  return {
    findings: checksOf(policy, roster),
    cases: runCasesOf(policy, published.cases, beside),
    reports: [report('backtest'), report('shadow')],
  };
}

/** The evidence as reviewers see it: a word on each, and the hash of what it says. */
export function evidenceSummary({ findings, cases, reports }: Evidence): Record<string, string | null> {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  const said = (report: PolicyReported | null): string | null =>
    report && `${report.status}, ${report.changed} of ${report.actions} actions change, ${report.result_hash}`;
  return {
    check: `${errors} errors, ${warnings} warnings, ${digestOf(findings)}`,
    cases: cases && `${cases.passed} passed, ${cases.failed} failed, ${digestOf(cases)}`,
    ...Object.fromEntries(reports.map(({ kind, report }) => [kind, said(report)])),
  };
}

function checkReason(findings: readonly Finding[]): Reason[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  return errors.length === 0
    ? []
    : [{ code: 'static_checks_failed', detail: `static checks: ${errors.map(({ message }) => message).join('; ')}` }];
}

function casesReason(cases: CaseReport | null, { requires }: CompiledActivation): Reason[] {
  if (cases === null && requires.includes('cases'))
    return [
      { code: 'cases_missing', detail: 'the version needs cases that show what it decides: publish it with them' },
    ];
  const failed = cases?.results.filter(({ passed }) => !passed) ?? [];
  return failed.length === 0
    ? []
    : [{ code: 'cases_failed', detail: `cases that come out otherwise: ${failed.map(({ name }) => name).join(', ')}` }];
}

/** Where a version is to go, and what it needs for that. */
interface Asked {
  readonly wanted: WantedState;
  readonly needs: CompiledActivation;
}

/** With too little history a version may watch or advise, not bind. */
function reportReasons(policy: CompiledPolicy, evidence: Evidence, { wanted, needs }: Asked): Reason[] {
  const binds = [withMode(policy, wanted.mode)].some(
    (one) =>
      Math.max(...[one.mode, ...[...one.environments.values()].map((e) => e.mode)].map((m) => MODE_RANKS[m])) >
      MODE_RANKS.soft,
  );
  const { requires, minHistory } = needs;
  return evidence.reports
    .filter(({ kind }) => requires.includes(kind))
    .flatMap(({ kind, report }): Reason[] => {
      if (report === null)
        return [
          {
            code: kind === 'backtest' ? 'backtest_missing' : 'shadow_report_missing',
            detail: `a ${kind} report of this version must be there before it speaks`,
          },
        ];
      const few = report.status !== 'complete' || report.actions < minHistory;
      const detail = `the ${kind} report rests on ${report.actions} actions: only mode soft or shadow may follow`;
      return few && binds ? [{ code: 'insufficient_history', detail }] : [];
    });
}

/** Why a version may not speak yet. */
export const reasonsAgainst = (policy: CompiledPolicy, evidence: Evidence, asked: Asked): Reason[] => [
  ...checkReason(evidence.findings),
  ...casesReason(evidence.cases, asked.needs),
  ...reportReasons(policy, evidence, asked),
];
