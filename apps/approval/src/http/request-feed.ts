import { isBlind } from '@countersign/approval';
import type { ActionState } from '@countersign/approval';
import { orAborted } from '@countersign/service';
import type { Reviewer, StreamEvent } from '@countersign/service';
import type { Judge } from '../judge/judge.js';
import { requestsOf } from '../judge/requested.js';
import type { Requested } from '../judge/requested.js';
import type { View } from '../judge/view.js';
import { isHeld } from './queue.js';

/** What of a request people see change. */
type Marks = Readonly<Record<string, unknown>>;

/** A reader with more than so many events to come is too slow: the stream ends, and `Last-Event-ID` goes on from there. */
const MAX_WAITING = 1_000;
/** Requests of a tenant whose last state is remembered while somebody listens. */
const MAX_REMEMBERED = 20_000;
/** Until a blind review is answered, these say how others decided. */
const HIDDEN_WHEN_BLIND = ['votes', 'comments', 'assigned_to', 'claimed_by'];

type Listener = (requested: Requested, changed: readonly string[]) => void;

interface TenantFeed {
  readonly marks: Map<string, Marks>;
  readonly listeners: Set<Listener>;
}

/** Tells people which requests of their tenant change, while they listen. */
export class RequestFeed {
  private readonly tenants = new Map<string, TenantFeed>();

  constructor(
    private readonly view: View,
    judge: Pick<Judge, 'partitions' | 'watchers'>,
  ) {
    judge.watchers.onWake((actionIds) => {
      if (this.tenants.size === 0) return;
      for (const id of actionIds)
        for (const { actions } of judge.partitions) {
          const action = actions.get(id);
          if (action !== undefined) this.touched(action);
        }
    });
  }

  /** The pending requests, or those that changed since the last event that the reader had; then each change. */
  async *events(reviewer: Reviewer, lastId: string | undefined, signal: AbortSignal): AsyncGenerator<StreamEvent> {
    const waiting: StreamEvent[] = [];
    let wake = (): void => undefined;
    let isOver = false;
    const stop = this.listen(reviewer.tenant, (requested, changed) => {
      const shown = visibleTo(reviewer, requested, changed);
      if (shown.length === 0) return;
      if (waiting.length < MAX_WAITING) waiting.push(eventOf(requested, shown));
      else isOver = true;
      wake();
    });
    try {
      for (const requested of this.missed(reviewer.tenant, lastId)) yield eventOf(requested, []);
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else if (isOver) return;
        else await orAborted(new Promise<void>((resolve) => (wake = resolve)), signal);
      }
    } finally {
      stop();
    }
  }

  private missed(tenant: string, lastId: string | undefined): Requested[] {
    const [, ms, requestId] = /^(\d{1,15})-(.{1,300})$/.exec(lastId ?? '') ?? [];
    if (ms === undefined) return this.view.pending(tenant, () => true);
    const isNew = (one: Requested): boolean =>
      lastChange(one) > Number(ms) || (lastChange(one) === Number(ms) && one.request.request_id !== requestId);
    return this.view.requests(tenant, isNew).sort((a, b) => lastChange(a) - lastChange(b));
  }

  private listen(tenant: string, listener: Listener): () => void {
    const feed = this.tenants.get(tenant) ?? { marks: this.now(tenant), listeners: new Set<Listener>() };
    this.tenants.set(tenant, feed);
    feed.listeners.add(listener);
    return () => {
      feed.listeners.delete(listener);
      if (feed.listeners.size === 0) this.tenants.delete(tenant);
    };
  }

  private now(tenant: string): Map<string, Marks> {
    const open = this.view.requests(tenant, (one) => one.request.status === 'pending' || isHeld(one));
    return new Map(open.map((one) => [one.request.request_id, marksOf(one)]));
  }

  private touched(action: ActionState): void {
    const feed = this.tenants.get(action.decided.tenant);
    if (feed === undefined) return;
    for (const requested of requestsOf(action)) {
      const { request_id, status } = requested.request;
      const before = feed.marks.get(request_id);
      if (before === undefined && status !== 'pending') continue;
      const marks = marksOf(requested);
      const changed =
        before === undefined ? ['opened'] : Object.keys(marks).filter((name) => marks[name] !== before[name]);
      if (changed.length === 0) continue;
      feed.marks.delete(request_id);
      feed.marks.set(request_id, marks);
      const [oldest] = feed.marks.keys();
      if (feed.marks.size > MAX_REMEMBERED && oldest !== undefined) feed.marks.delete(oldest);
      for (const listener of feed.listeners) listener(requested, changed);
    }
  }
}

function visibleTo(reviewer: Reviewer, { action, request }: Requested, changed: readonly string[]): readonly string[] {
  if (!isBlind(action, request, reviewer)) return changed;
  return changed.filter((name) => !HIDDEN_WHEN_BLIND.includes(name));
}

function eventOf(requested: Requested, changed: readonly string[]): StreamEvent {
  const { request_id, status } = requested.request;
  return { id: `${lastChange(requested)}-${request_id}`, event: 'request', data: { request_id, status, changed } };
}

function marksOf({ request, hold, versions }: Requested): Marks {
  const { status, votes, custody, attachments, assignee, claimed_by, escalated_at, respond_by, expires_at } = request;
  return {
    ...{ status, votes: votes.length, comments: custody?.length ?? 0, attachments: attachments.length },
    ...{ assigned_to: assignee?.subject ?? null, claimed_by: claimed_by?.subject ?? null, escalated_at },
    ...{ respond_by, expires_at, version: versions.length, hold: hold?.status ?? null },
  };
}

/** Log time of the last thing that people did to a request, or that the clock did, UTC epoch milliseconds. */
function lastChange({ request, versions, hold }: Requested): number {
  const { opened_at, votes, custody, attachments, end, escalated_at, claimed_at } = request;
  const times = [
    ...[opened_at, escalated_at, claimed_at, end?.resolved_at, hold?.changed_at, votes.at(-1)?.voted_at],
    ...[custody?.at(-1)?.at, attachments.at(-1)?.attached_at, versions.at(-1)?.changed_at],
  ];
  return Math.max(...times.map((time) => time ?? 0));
}
