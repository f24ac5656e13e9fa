import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ActionProposed } from '@countersign/events';
import { loadPolicy } from '@countersign/policy';
import type { CompiledPolicy } from '@countersign/policy';

/** One delivery of an action, or a restart. */
export type Step =
  { readonly kind: 'restart' } | { readonly kind: 'action'; readonly atMs: number; readonly id: string };

/** Counts and sums that a pattern expects of one action, by the names that conditions use. */
export type Values = Readonly<Record<string, number | string | null>>;

export interface Pattern {
  readonly name: string;
  /** Whether its answers depend on the times of its steps. */
  readonly timed?: boolean;
  /** In log order. */
  readonly steps: readonly Step[];
  readonly actions: ReadonlyMap<string, ActionProposed>;
  readonly people: readonly string[];
  readonly values: Readonly<Record<string, Values>>;
}

interface Line {
  id: string;
  times?: number;
  every?: string;
  at?: string;
  by?: string;
  of?: string | null;
  to?: string;
  amount?: string;
  currency?: string;
  type?: string;
  tenant?: string;
  copy?: string;
  restart?: boolean;
}

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `24h`, `24h-1ms`, `5m+30s`. */
export const timeOf = (text: string): number =>
  [...text.matchAll(/([+-]?\d+)(ms|s|m|h)/g)].reduce((sum, [, n, unit]) => sum + Number(n) * UNITS[unit!]!, 0);

const BLANK = {
  ...{ run_id: 'run', agent_version: 'v1', model_id: 'm1', environment: 'production', before: null, after: null },
  ...{
    before_stated_by: 'agent',
    after_stated_by: 'agent',
    diff: null,
    diff_truncated: false,
    rationale: null,
    confidence: null,
  },
  ...{
    signals: null,
    context: null,
    preconditions: null,
    attestations: null,
    sensitive: [],
    supersedes: null,
    reverses: null,
    respond_within_s: 60,
  },
  ...{ amount_value: null, amount_currency: null, operators: [], submitted_via: 'http', submitted_at: Date.now() },
} as const;

const nth = (value: string | null | undefined, what: string, id: string): string | null =>
  value === 'each' ? `${what}-of-${id}` : (value ?? null);

function actionOf(line: Line, id: string): ActionProposed {
  const { amount, currency = 'USD', tenant = 'acme', type = 'refund', by = 'bot' } = line;
  const parameters = amount === undefined ? {} : { amount: { value: amount, currency } };
  return {
    ...BLANK,
    ...{ tenant, action_id: id, idempotency_key: id, action_type: type, digest: `sha256:${id}`, body_hash: id },
    agent_id: nth(by, 'agent', id) ?? '',
    on_behalf_of: nth(line.of, 'customer', id),
    target: line.to ?? `account-of-${id}`,
    parameters: JSON.stringify(parameters),
  };
}

function stepsOf(line: Line): { step: Step; action: ActionProposed | null }[] {
  if (line.restart) return [{ step: { kind: 'restart' }, action: null }];
  const startMs = timeOf(line.at ?? '0ms');
  if (line.copy !== undefined) return [{ step: { kind: 'action', atMs: startMs, id: line.copy }, action: null }];
  const everyMs = timeOf(line.every ?? '0ms');
  return Array.from({ length: line.times ?? 1 }, (_, index) => {
    const id = line.times === undefined ? line.id : `${line.id}${index + 1}`;
    return { step: { kind: 'action', atMs: startMs + index * everyMs, id }, action: actionOf(line, id) };
  });
}

const timeOfStep = ({ step }: { step: Step }): number => (step.kind === 'action' ? step.atMs : 0);

type Written = Omit<Pattern, 'steps'> & { readonly steps: readonly Line[]; readonly interleave?: boolean };

interface Corpus {
  readonly policy: CompiledPolicy;
  readonly content: string;
  readonly patterns: readonly Pattern[];
}

/** The structuring corpus. @throws Error when its policy is not valid */
export function readCorpus(): Corpus {
  const text = readFileSync(join(import.meta.dirname, 'structuring.yaml'), 'utf8');
  const file = parse(text) as { policy: string; patterns: Written[] };
  const { policy, problems } = loadPolicy(file.policy, 'structuring.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  const patterns = file.patterns.map(({ steps: lines, values, interleave, ...rest }) => {
    const listed = lines.flatMap(stepsOf);
    const steps = interleave ? listed.sort((a, b) => timeOfStep(a) - timeOfStep(b)) : listed;
    const actions = new Map(steps.flatMap(({ action }) => (action === null ? [] : [[action.action_id, action]])));
    return { ...rest, values: values ?? {}, steps: steps.map(({ step }) => step), actions };
  });
  return { policy, content: file.policy, patterns };
}
