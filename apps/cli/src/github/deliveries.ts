import type { JsonValue } from '@countersign/canonical';
import { SdkError } from '@countersign/sdk';
import { Counter, Registry } from 'prom-client';
import { readRuleEvent, type RuleEvent } from './rule-event.js';

/** The largest delivery that GitHub sends, bytes (its documentation of webhooks: 25 MB). */
export const LONGEST_BYTES = 25 * 1024 * 1024;
const EVENT = 'deployment_protection_rule';

/** Why a delivery is not proposed; `member` is the pointer (RFC 6901) of what is at fault, where it is one member. */
export interface Refusal {
  readonly status: number;
  readonly why: string;
  readonly member: string | null;
}

export type Read = { readonly event: RuleEvent } | { readonly ignored: string } | Refusal;

const refusal = (status: number, why: string, member: string | null = null): Refusal => ({ status, why, member });

export const TOO_LARGE = refusal(413, 'the body is larger than GitHub sends');
export const UNSIGNED = refusal(401, 'the signature is wrong');
export const FOREIGN = refusal(
  422,
  'the callback is not of this repository at the API that was configured',
  '/deployment_callback_url',
);

/** A delivery that GitHub signed: its event, that it is none of ours, or why it cannot be answered. */
export function readDelivery(event: string | undefined, contentType: string | undefined, body: Buffer): Read {
  if (event !== EVENT) return { ignored: event ?? 'no event' };
  if (!/^application\/json\b/i.test(contentType ?? ''))
    return refusal(415, 'choose application/json as the content type of the webhook');
  const payload = parse(body);
  if (payload === undefined) return refusal(400, 'the body is not JSON');
  const { action } = (payload ?? {}) as { action?: JsonValue };
  if (typeof action === 'string' && action !== 'requested') return { ignored: action };
  const read = readRuleEvent(payload);
  if ('event' in read) return read;
  return refusal(422, `${read.member} ${read.why}`, read.member);
}

/** GitHub signed these bytes, so they may hold what the strict parser refuses; only a few members are read. */
function parse(body: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(body.toString()) as JsonValue;
  } catch {
    return undefined;
  }
}

/** What intake says of the proposal: whether another delivery of the same could help. */
export function refusalOf(fault: unknown): Refusal {
  if (!(fault instanceof SdkError)) return refusal(503, 'not proposed; deliver it again');
  const { status, problem, code, message } = fault;
  // What is wrong with the delivery itself, such as half a character, is found before it is sent.
  if (code === 'wrong_use') return refusal(422, `${code}: ${message}`);
  const isFinal = status !== null && status >= 400 && status < 500 && status !== 429;
  if (!isFinal) return refusal(503, `not proposed (${code}); deliver it again`);
  return refusal(422, `${code}: ${message}`, problem?.pointer ?? null);
}

/** Counts deliveries by what became of them, for `GET /metrics`. */
export class Deliveries {
  readonly registry = new Registry();
  private readonly counter = new Counter({
    name: 'countersign_github_deliveries_total',
    help: 'Deliveries of GitHub by what became of them; member is what a refused one lacks.',
    labelNames: ['result', 'member'],
    registers: [this.registry],
  });

  proposed(): void {
    this.counter.inc({ result: 'proposed', member: '' });
  }

  ignored(): void {
    this.counter.inc({ result: 'ignored', member: '' });
  }

  refused({ status, member }: Refusal): void {
    this.counter.inc({ result: `refused_${status}`, member: member ?? '' });
  }
}
