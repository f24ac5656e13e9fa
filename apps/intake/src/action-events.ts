import { setTimeout as sleep } from 'node:timers/promises';
import { CountersignError } from '@countersign/canonical';
import { HEARTBEAT_MS, orAborted } from '@countersign/service';
import type { StreamEvent } from '@countersign/service';
import { isDecided } from './action-document.js';
import type { KnownAction } from './approval-client.js';
import type { Proposals, Read } from './proposals.js';

type Versioned = Pick<KnownAction, 'document' | 'version'>;

export interface Watched extends Pick<Read, 'action_id' | 'scope' | 'token'> {
  /** Id of the event that the reader had last. */
  readonly lastId: string | undefined;
  readonly signal: AbortSignal;
}

/** What ids of events look like; any other `Last-Event-ID` is of no event of ours, so the reader has nothing yet. */
const EVENT_ID = /^[0-9a-f]{64}$/;
const PAUSE_MS = 1_000;

/** True when the reader has seen the end of the action. */
export const hasNothingNew = ({ document, version }: Versioned, lastId: string | undefined): boolean =>
  version === lastId && isDecided(document);

/** The document at once, then at each change, until it is terminal. An outage of approval is silence. */
export async function* actionEvents(
  proposals: Proposals,
  { lastId = '', signal, ...watch }: Watched,
): AsyncGenerator<StreamEvent | null> {
  let [seen, waitMs] = [EVENT_ID.test(lastId) ? lastId : '', 0];
  while (!signal.aborted) {
    const reading = proposals.readVersion({ ...watch, signal, waitMs, until: 'change', seen });
    waitMs = HEARTBEAT_MS;
    const now = await orAborted(reading.catch(whenAway), signal);
    if (now === null) return;
    if (now === 'away') await sleep(PAUSE_MS);
    if (now === 'away' || now.version === seen) {
      yield null;
      continue;
    }
    seen = now.version;
    yield { id: seen, event: 'action', data: now.document };
    if (isDecided(now.document)) return;
  }
}

function whenAway(fault: unknown): 'away' {
  if (fault instanceof CountersignError && fault.retriable) return 'away';
  throw fault;
}
