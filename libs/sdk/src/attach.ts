import { randomUUID } from 'node:crypto';
import type { Client } from './client.js';
import type { ActionDocument, Attachment } from './types.js';

/** A file that people need to see before they approve, or that helps them. */
export interface EvidenceFile {
  /** What it is, as gates name it, e.g. `invoice`; `request.evidence.missing` of the action says what is wanted. */
  kind: string;
  name: string;
  /** `application/pdf`, `image/png`, `image/jpeg`, `image/gif`, `image/webp`, `text/plain`, `text/csv` or `application/json`. */
  mediaType: string;
  /** 1 byte to 10 MiB. */
  bytes: Uint8Array;
}

export interface AttachedEvidence {
  attachment: Attachment;
  /** The action with it. */
  action: ActionDocument;
}

/**
 * Attaches evidence to an action that waits for people. Their packet changes with it: approvals given before count no
 * longer, so attach first what the gate demands.
 * @param idempotencyKey repeated calls with it attach once; default a new one, shared by the retries of this call
 * @throws SdkError `evidence_full`, `already_attached`, `already_terminal`, `too_large`, `unsupported_media_type`
 */
export async function attach(
  client: Client,
  actionId: string,
  { kind, name, mediaType: type, bytes: content }: EvidenceFile,
  idempotencyKey: string = randomUUID(),
): Promise<AttachedEvidence> {
  const query = new URLSearchParams({ kind, name }).toString();
  const path = `/v1/actions/${encodeURIComponent(actionId)}/attachments?${query}`;
  const headers = { 'idempotency-key': idempotencyKey };
  const answer = await client.intake.send({ method: 'POST', path, headers, raw: { type, content } });
  return answer.body as unknown as AttachedEvidence;
}
