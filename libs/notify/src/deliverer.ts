import type { DeliveryAttempted } from '@countersign/events';
import { failed } from './attempt.js';
import type { Attempt } from './attempt.js';
import type { Deliveries, Delivery, DeliveryEvent, EndpointState } from './deliveries.js';
import type { Endpoint } from './endpoint.js';
import { MAX_AGE_MS, nextAttemptAt, RETRY_WAITS_MS } from './schedule.js';
import type { Log } from './settings-file.js';

/** Endpoints served at a time. Each has at most one attempt in flight, so that a slow one holds up only itself. */
const MAX_PARALLEL = 64;
const LOOK_EVERY_MS = 200;
/** A switched-off endpoint is said again this often: the topic keeps 30 days. */
const RENEW_OFF_MS = 7 * 86_400_000;

export interface DelivererOptions {
  readonly deliveries: Deliveries;
  /** The endpoint of a key as configured now; null when there is none or it is disabled. */
  readonly endpoint: (key: string) => Endpoint | null;
  /** Whether this instance delivers what is in a partition. */
  readonly owns: (partition: number) => boolean;
  readonly send: (delivery: Delivery, endpoint: Endpoint, signal: AbortSignal) => Promise<Attempt>;
  /** Puts facts on the topic; a rejection makes the attempt come again. */
  readonly append: (facts: readonly DeliveryEvent[]) => Promise<void>;
  readonly onAttempt: (endpoint: Endpoint, attempt: Attempt, last: boolean) => void;
  readonly log: Log;
  readonly waitsMs?: readonly number[];
}

/** Sends what is due, endpoint by endpoint, and notes what came of it. Nothing waits for it. */
export class Deliverer {
  private readonly busy = new Set<string>();
  /** Attempts that are on the topic and not folded yet. */
  private readonly ahead = new Map<string, number>();
  private readonly ending = new AbortController();
  private readonly runs = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: DelivererOptions) {}

  start(): void {
    this.timer = setInterval(() => this.look(Date.now()), LOOK_EVERY_MS).unref();
  }

  /** Cuts what is in flight; whoever delivers next begins those attempts again. */
  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.ending.abort();
    await Promise.allSettled(this.runs);
  }

  /** Starts what is due at this time. */
  look(nowMs: number): void {
    for (const [key, state] of this.options.deliveries.endpoints) {
      if (this.busy.size >= MAX_PARALLEL) return;
      this.lookAt(key, state, nowMs);
    }
  }

  private lookAt(key: string, state: EndpointState, nowMs: number): void {
    if (this.busy.has(key) || this.ending.signal.aborted) return;
    const endpoint = this.options.endpoint(key);
    if (endpoint === null) return;
    if (state.off !== null) this.renew(key, endpoint, state.off, nowMs);
    else this.next(key, endpoint, state, nowMs);
  }

  private next(key: string, endpoint: Endpoint, state: EndpointState, nowMs: number): void {
    let first: Delivery | null = null;
    for (const delivery of state.pending.values()) {
      if (!this.isDue(delivery, nowMs)) continue;
      if (first === null || delivery.next_attempt_at! < first.next_attempt_at!) first = delivery;
    }
    if (first === null) return;
    // A queue is worked off at the receiver's own speed; one that fails is met at the pace of the looks.
    this.occupy(key, this.attempt(first, endpoint, state, nowMs), () => this.lookAt(key, state, Date.now()));
  }

  private isDue({ delivery_id, attempts, next_attempt_at, partition }: Delivery, nowMs: number): boolean {
    const ahead = this.ahead.get(delivery_id);
    if (ahead !== undefined && ahead > attempts) return false;
    this.ahead.delete(delivery_id);
    return next_attempt_at !== null && next_attempt_at <= nowMs && this.options.owns(partition);
  }

  /** @param work resolves to true when what follows may begin at once */
  private occupy(key: string, work: Promise<boolean>, goOn: () => void = () => undefined): void {
    this.busy.add(key);
    const run = work
      .catch((fault: unknown) => {
        this.options.log.warn('a delivery could not be noted and comes again', { endpoint: key, fault });
        return false;
      })
      .then((isFine) => {
        this.busy.delete(key);
        this.runs.delete(run);
        if (isFine) goOn();
      });
    this.runs.add(run);
  }

  /** Resolves to whether it was delivered. */
  private async attempt(delivery: Delivery, endpoint: Endpoint, state: EndpointState, nowMs: number): Promise<boolean> {
    const isOld = nowMs - delivery.queued_at > MAX_AGE_MS;
    const { signal } = this.ending;
    const attempt = isOld ? failed('held_too_long') : await this.options.send(delivery, endpoint, signal);
    if (signal.aborted && !attempt.delivered) return false;
    const fact = this.factOf(delivery, attempt, nowMs);
    const off = offReason(attempt, fact, state.delivered_at < delivery.queued_at);
    const { tenant, endpoint_id } = delivery;
    const who = { tenant, endpoint_id, issuer: null, subject: null };
    const facts: DeliveryEvent[] = [{ name: 'DeliveryAttempted', event: fact }];
    if (off !== null)
      facts.push({
        name: 'EndpointStateChanged',
        event: { ...who, enabled: false, reason: off, changed_at: Date.now() },
      });
    await this.options.append(facts);
    this.ahead.set(delivery.delivery_id, fact.attempt);
    this.options.onAttempt(endpoint, attempt, fact.outcome !== 'retrying');
    return attempt.delivered;
  }

  private factOf(
    delivery: Delivery,
    { delivered, status, error_class }: Attempt,
    startedMs: number,
  ): DeliveryAttempted {
    const { tenant, endpoint_id, delivery_id, action_id, request_id } = delivery;
    const attempt = delivery.attempts + 1;
    const endedMs = Date.now();
    const isFinal = delivered || error_class === 'gone' || error_class === 'held_too_long';
    const waits = this.options.waitsMs ?? RETRY_WAITS_MS;
    const next_attempt_at = isFinal ? null : nextAttemptAt(attempt, endedMs, Math.random(), waits);
    const outcome = delivered ? 'delivered' : next_attempt_at === null ? 'failed' : 'retrying';
    return {
      ...{ tenant, endpoint_id, delivery_id, action_id, request_id, attempt, outcome, status, error_class },
      ...{ duration_ms: Math.max(0, endedMs - startedMs), next_attempt_at, attempted_at: startedMs },
    };
  }

  private renew(key: string, { tenant, endpoint_id }: Endpoint, off: NonNullable<EndpointState['off']>, nowMs: number) {
    if (nowMs - off.since < RENEW_OFF_MS || !this.options.owns(off.partition)) return;
    const who = { tenant, endpoint_id, issuer: null, subject: null };
    const event = { ...who, enabled: false, reason: off.reason, changed_at: nowMs };
    this.occupy(
      key,
      this.options.append([{ name: 'EndpointStateChanged', event }]).then(() => false),
    );
  }
}

/**
 * Why an endpoint is switched off after this attempt; null when it stays on.
 * @param silent true when nothing got through since the message was queued
 */
function offReason(
  { error_class }: Attempt,
  { outcome }: DeliveryAttempted,
  silent: boolean,
): 'gone' | 'failing' | null {
  if (error_class === 'gone') return 'gone';
  return outcome === 'failed' && error_class !== 'held_too_long' && silent ? 'failing' : null;
}
