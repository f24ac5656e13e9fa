import { canonicalize, type JsonValue } from '@countersign/canonical';
import type { Client } from './client.js';
import { SdkError } from './errors.js';
import { reportOutcome } from './report-outcome.js';
import type { ActionDocument, JsonObject, OutcomeReport, PostCheck } from './types.js';

export interface Effect {
  /** Default `executed`. */
  status?: OutcomeReport['status'];
  result?: JsonObject;
  post_checks?: PostCheck[];
}

/** What a report came to: the fault that kept it, or a part of it, from the record; null when all of it is recorded. */
export type ReportError = SdkError | null;

/** Answers to a report that no repetition of it changes, for something in it that is not the fact itself. */
const REFUSED = new Set([400, 413, 422]);
/** Effects of which a client remembers that they are not reported yet. */
const MOST_UNREPORTED = 1_000;

const unreported = new WeakMap<Client, Map<string, OutcomeReport>>();

/** The report of an effect that ran in this process and could not be delivered, or null. */
export const unreportedOf = (client: Client, actionId: string): OutcomeReport | null =>
  unreported.get(client)?.get(actionId) ?? null;

/**
 * Tells that an effect ran, whatever it answered: what is no JSON object, or what the server refuses, is left out of the
 * report and said in the error, and never keeps the fact itself from the record. Never throws.
 */
export async function reportEffect(client: Client, actionId: string, effect: Effect | undefined): Promise<ReportError> {
  const { report, fault } = reportOf(effect);
  return (await deliver(client, actionId, report)) ?? fault;
}

/** Delivers a report whole, or at least its status. Never throws. */
export async function deliver(client: Client, actionId: string, report: OutcomeReport): Promise<ReportError> {
  const pending = unreported.get(client) ?? new Map<string, OutcomeReport>();
  unreported.set(client, pending);
  const whole = await send(client, actionId, report);
  const isRefused = whole !== null && REFUSED.has(whole.status ?? 0);
  const last = isRefused ? await send(client, actionId, { status: report.status }) : whole;
  if (last === null) pending.delete(actionId);
  else if (pending.size < MOST_UNREPORTED) pending.set(actionId, report);
  return whole;
}

async function send(client: Client, actionId: string, report: OutcomeReport): Promise<ReportError> {
  try {
    await reportOutcome(client, actionId, report);
    return null;
  } catch (cause) {
    return cause instanceof SdkError ? cause : new SdkError('unreachable', 'The report was not sent.', { cause });
  }
}

/** An effect as it can be told: members that are no JSON are left out, and the fault says which. */
function reportOf(effect: Effect | undefined): { report: OutcomeReport; fault: ReportError } {
  const { status, result, post_checks } = (isObject(effect) ? effect : {}) as Effect;
  const occurred_at = new Date().toISOString();
  const isStatus = status === undefined || STATUSES.has(status);
  const parts = { result: isTellable(result, isObject), post_checks: isTellable(post_checks, Array.isArray) };
  const report: OutcomeReport = {
    status: isStatus && status !== undefined ? status : 'executed',
    result: parts.result && result !== undefined ? result : {},
    post_checks: parts.post_checks && post_checks !== undefined ? post_checks : [],
    occurred_at,
  };
  const wrong = [...Object.entries(parts), ['status', isStatus] as const].flatMap(([name, is]) => (is ? [] : [name]));
  return { report, fault: wrong.length === 0 ? null : unreportable(wrong) };
}

const STATUSES: ReadonlySet<unknown> = new Set(['executed', 'failed', 'rolled_back']);

const unreportable = (members: readonly string[]): SdkError =>
  new SdkError(
    'unreportable_result',
    `The effect has run and is reported without its ${members.join(' and ')}, which cannot be sent: ` +
      'a result is a JSON object without BigInt, NaN, infinite numbers, Map or Set.',
    { details: { members: [...members] } },
  );

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** True for nothing at all, and for JSON of the right shape that arrives as it is. */
function isTellable(value: unknown, isShape: (value: unknown) => boolean): boolean {
  if (value === undefined || value === null) return true;
  try {
    return isShape(value) && canonicalize(value as JsonValue) !== '';
  } catch {
    return false;
  }
}

/** The words of whatever was thrown. */
export function wordsOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return 'something that cannot be told';
  }
}

/** What is recorded of an action's effect, as an effect; null where no outcome is recorded. */
export function recordedEffect({ outcome }: ActionDocument): Effect | null {
  if (outcome === null) return null;
  const { status, result, post_checks } = outcome as unknown as OutcomeReport;
  return { status, result: result ?? {}, post_checks: post_checks ?? [] };
}
