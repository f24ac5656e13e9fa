import { setTimeout as sleep } from 'node:timers/promises';
import { CountersignError } from '@countersign/canonical';
import { passOn } from '@countersign/service';
import type { InternalAnswer, InternalClient } from '@countersign/service';
import { isDecided } from './action-document.js';
import type { ActionDocument } from './action-document.js';
import { actionIdOf } from './queries.js';
import type { Until } from './queries.js';

/** Whose actions are meant: one agent's, or with null all of the tenant's. */
export interface Scope {
  readonly tenant: string;
  readonly agent_id: string | null;
  /** True for people who are told nothing of votes while a blind review is open. */
  readonly blind?: boolean;
}

export interface ActionName {
  readonly tenant: string;
  readonly action_id: string;
}

export interface Watch {
  readonly action_id: string;
  readonly scope: Scope;
  /** How long to wait, milliseconds, 0 to 60 000. */
  readonly waitMs: number;
  readonly until: Until;
  /** With `until: 'change'`: the version of the document that the caller has; '' for none. */
  readonly seen?: string;
  /** Mints a token when the action is approved; for the proposing agent only. */
  readonly token: boolean;
  /** True when the action is known to be in the log: approval may be about to read it. */
  readonly expected?: boolean;
  /** How long an instance may be late, milliseconds, before the next one is asked. Default 3 000. */
  readonly graceMs?: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** What approval knows of an action. */
export interface KnownAction {
  readonly body_hash: string;
  readonly agent_id: string;
  readonly document: ActionDocument;
  /** Names this state of the document, whatever its token. */
  readonly version: string;
  readonly [member: string]: unknown;
}

/** A file of an agent, with the query of approval's route. */
export interface AttachmentToPass {
  readonly query: URLSearchParams;
  readonly type: string;
  readonly bytes: Buffer;
}

export interface PassedAttachment {
  readonly attachment: unknown;
  readonly repeated: boolean;
  readonly action: ActionDocument;
}

/** Storing bytes and asking the log about them. */
const UPLOAD_MS = 15_000;
const GRACE_MS = 3_000;
const POLL_MS = 100;

/** Asks the approval instances, over internal HTTP. */
export class ApprovalClient {
  constructor(private readonly client: InternalClient) {}

  /**
   * Waits until an action is decided or terminal, also through an outage of approval that is shorter than the wait.
   * @returns the action as it is at the end of the wait, or null when approval does not know it
   * @throws CountersignError `overloaded` when no instance answers at the end of the wait
   */
  async watch(watch: Watch): Promise<KnownAction | null> {
    const deadlineMs = Date.now() + watch.waitMs;
    for (;;) {
      const asked = await this.ask(watch, Math.max(0, deadlineMs - Date.now()));
      const leftMs = deadlineMs - Date.now();
      if (leftMs <= 0 || watch.signal?.aborted || isSettled(asked, watch)) {
        if (asked instanceof CountersignError) throw asked;
        return asked;
      }
      await sleep(Math.min(POLL_MS, leftMs));
    }
  }

  /**
   * Body hashes of actions that are decided or in the log already, in the order of the question; null for the others.
   * @throws CountersignError `overloaded` when no instance answers
   */
  async known(actions: readonly ActionName[]): Promise<(string | null)[]> {
    const question = { method: 'POST', path: '/internal/known', body: { actions }, timeoutMs: GRACE_MS } as const;
    const answer = passOn(await this.client.call(question));
    return (answer.body as { body_hashes: (string | null)[] }).body_hashes;
  }

  /** A page of documents. @throws CountersignError `overloaded`, or what approval refuses */
  async list(query: URLSearchParams): Promise<unknown> {
    return passOn(await this.call('GET', `/internal/actions?${query.toString()}`)).body;
  }

  /** @returns the document after the cancellation. @throws CountersignError as approval refuses */
  async cancel(actionId: string, request: Readonly<Record<string, unknown>>): Promise<unknown> {
    return passOn(await this.call('POST', `${pathOf(actionId)}/cancel`, request)).body;
  }

  /** @returns the document with the outcome. @throws CountersignError as approval refuses */
  async fileOutcome(actionId: string, outcome: Readonly<Record<string, unknown>>): Promise<unknown> {
    return passOn(await this.call('POST', `${pathOf(actionId)}/outcome`, outcome)).body;
  }

  /** @returns the attachment and the document with it. @throws CountersignError as approval refuses */
  async attach(actionId: string, { query, type, bytes }: AttachmentToPass): Promise<PassedAttachment> {
    const path = `${pathOf(actionId)}/attachments?${query.toString()}`;
    const call = { method: 'POST', path, raw: { type, bytes }, timeoutMs: UPLOAD_MS } as const;
    return passOn(await this.client.call(call)).body as PassedAttachment;
  }

  private call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<InternalAnswer> {
    return this.client.call({ method, path, body, timeoutMs: 5_000 + GRACE_MS });
  }

  /** An outage is a value here: the watch goes on. */
  private async ask(watch: Watch, waitMs: number): Promise<KnownAction | CountersignError | null> {
    const { scope, until, token } = watch;
    const query = new URLSearchParams({ tenant: scope.tenant, wait_ms: String(waitMs), for: until });
    if (scope.agent_id !== null) query.set('agent_id', scope.agent_id);
    if (token) query.set('token', '1');
    if (scope.blind) query.set('blind', '1');
    if (watch.seen) query.set('seen', watch.seen);
    try {
      const path = `${pathOf(watch.action_id)}?${query.toString()}`;
      const timeoutMs = waitMs + (watch.graceMs ?? GRACE_MS);
      const answer = await this.client.call({ method: 'GET', path, timeoutMs, signal: watch.signal });
      return answer.status === 404 ? null : (passOn(answer).body as KnownAction);
    } catch (error) {
      if (error instanceof CountersignError && error.code === 'overloaded') return error;
      throw error;
    }
  }
}

/** An id comes from a caller: nothing but an id may become a part of a path. @throws CountersignError `not_found` */
const pathOf = (actionId: string): string => `/internal/actions/${encodeURIComponent(actionIdOf(actionId))}`;

function isSettled(asked: KnownAction | CountersignError | null, { until, expected, seen }: Watch): boolean {
  if (asked === null) return !expected;
  if (asked instanceof CountersignError) return false;
  if (until === 'change') return asked.version !== seen;
  return isDecided(asked.document) || (until === 'decision' && asked.document.status !== 'deciding');
}
