export type AttachedAs = 'agent' | 'operator' | 'reviewer';

/** One file that was attached to a request. Its bytes are kept outside of the log, under their hash. */
export interface Attachment {
  readonly attachment_id: string;
  readonly kind: string;
  /** Untrusted text. */
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
  readonly sha256: string;
  /** OIDC issuer of the person; null for the agent. */
  readonly issuer: string | null;
  readonly subject: string;
  readonly role: AttachedAs;
  /** UTC epoch milliseconds of log time; no part of the packet. */
  readonly attached_at: number;
}

export const NO_EVIDENCE: readonly Attachment[] = [];
