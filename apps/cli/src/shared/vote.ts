import type { JsonValue } from '@countersign/canonical';
import type { JsonObject } from '@countersign/sdk';
import { randomUUID } from 'node:crypto';
import type { Person } from './callers.js';

/** The last three answer an audit. */
export const VOTES = ['approve', 'deny', 'approve_with_changes', 'harmful', 'harmless', 'unsure'] as const;
export type VoteKind = (typeof VOTES)[number];

export interface Ballot {
  vote: VoteKind;
  reason?: string;
  /** The whole new parameters; only with `approve_with_changes`. */
  parameters?: JsonObject;
}

export interface RequestView extends JsonObject {
  request_id: string;
  status: string;
  packet_digest: string;
}

/** The request as this person is shown it, with its packet. */
export async function readRequest(person: Person, requestId: string): Promise<RequestView> {
  const path = `/v1/requests/${encodeURIComponent(requestId)}`;
  return (await person.approval.send({ method: 'GET', path })).body as RequestView;
}

/**
 * Opens the packet and votes on exactly what was read: for programs that play people. Commands ask first.
 * @throws SdkError `not_eligible`, `already_voted`, `already_terminal`, `stale_packet`, `reason_required`
 */
export async function castVote(person: Person, requestId: string, ballot: Ballot): Promise<JsonObject> {
  const { packet_digest } = await readRequest(person, requestId);
  return sendVote(person, requestId, { ...ballot, packet_digest });
}

/** Votes on the packet that is named. @throws SdkError as `castVote` */
export async function sendVote(
  person: Person,
  requestId: string,
  ballot: Ballot & { packet_digest: string },
): Promise<JsonObject> {
  const body: Record<string, JsonValue> = { vote: ballot.vote, packet_digest: ballot.packet_digest };
  if (ballot.reason !== undefined) body['reason'] = ballot.reason;
  if (ballot.parameters !== undefined) body['parameters'] = ballot.parameters;
  const path = `/v1/requests/${encodeURIComponent(requestId)}/votes`;
  const headers = { 'idempotency-key': randomUUID() };
  return (await person.approval.send({ method: 'POST', path, headers, body })).body as JsonObject;
}

export interface BatchView extends JsonObject {
  batch: string;
  items: { request_id: string; packet_digest: string }[];
}

/** A batch as this person is shown it, with a row for each request. */
export async function readBatch(person: Person, batch: string): Promise<BatchView> {
  const path = `/v1/requests/batches/${encodeURIComponent(batch)}`;
  return (await person.approval.send({ method: 'GET', path })).body as BatchView;
}

/** Reads the rows of a batch and votes on exactly those; each is answered by itself. */
export const castBatch = async (person: Person, id: string, ballot: Ballot): Promise<JsonObject> =>
  sendBatch(person, await readBatch(person, id), ballot);

/** Votes on rows that were read. */
export async function sendBatch(
  person: Person,
  { batch, items }: BatchView,
  { vote, reason }: Ballot,
): Promise<JsonObject> {
  const own = { vote, ...(reason === undefined ? {} : { reason }) };
  const votes = items.map(({ request_id, packet_digest }) => ({ request_id, packet_digest, ...own }));
  const headers = { 'idempotency-key': randomUUID() };
  const path = '/v1/requests/votes';
  return (await person.approval.send({ method: 'POST', path, headers, body: { batch, votes } })).body as JsonObject;
}

export interface HeldWish {
  readonly wish: 'release' | 'recall';
  /** RFC 3339; now when it is left out. Only with `release`. */
  readonly release_at?: string;
  readonly reason?: string;
}

/** Lets an approved action that is held go, or takes it back. @throws SdkError `not_held`, `not_eligible`, `frozen` */
export async function moveHeld(person: Person, requestId: string, { wish, ...how }: HeldWish): Promise<JsonObject> {
  const path = `/v1/requests/${encodeURIComponent(requestId)}/${wish}`;
  const headers = { 'idempotency-key': randomUUID() };
  return (await person.approval.send({ method: 'POST', path, headers, body: how })).body as JsonObject;
}
