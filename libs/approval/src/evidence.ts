import { digestOf } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { Attachment } from './evidence-state.js';
import type { Packet } from './packet.js';
import type { RequestState } from './state.js';

/** An attachment as packets show it. */
export const attachmentDocument = (attachment: Attachment): { [member: string]: JsonValue } => {
  const { attachment_id, kind, name, media_type, size_bytes, sha256, issuer, subject, role } = attachment;
  return { attachment_id, kind, name, media_type, size_bytes, sha256, attached_by: { issuer, subject, role } };
};

/** The packet with what was attached to it. */
export const packetWith = (packet: Packet, attachments: readonly Attachment[]): Packet => ({
  ...packet,
  attachments: attachments.map(attachmentDocument),
});

/**
 * Digest of a packet with attachments, from its digest without them: a log can be read again without building packets.
 * @param base digest of the packet whose `attachments` are empty; the digest itself when nothing is attached
 */
export const evidenceDigest = (base: string, attachments: readonly Attachment[]): string =>
  attachments.length === 0 ? base : digestOf({ packet: base, attachments: attachments.map(attachmentDocument) });

/** What was attached since the packet of that digest; null when it is no packet of the version on the table. */
export function attachedSince(request: RequestState, packet_digest: string): readonly Attachment[] | null {
  const { base_digest, attachments } = request;
  for (let known = attachments.length; known >= 0; known -= 1) {
    if (evidenceDigest(base_digest, attachments.slice(0, known)) === packet_digest) return attachments.slice(known);
  }
  return null;
}

type Asking = Pick<RequestState, 'kind' | 'gate' | 'attachments'>;

/** Kinds of evidence without which nobody approves. Advice and audits release nothing, so they demand none. */
export const evidenceRequired = ({ kind, gate }: Pick<Asking, 'kind' | 'gate'>): readonly string[] =>
  kind === 'approval' ? gate.evidence : [];

export const evidenceMissing = (request: Asking): readonly string[] =>
  evidenceRequired(request).filter((kind) => !request.attachments.some((attachment) => attachment.kind === kind));
