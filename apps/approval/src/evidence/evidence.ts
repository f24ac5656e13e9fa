import { Readable } from 'node:stream';
import { attachesAs, attachmentDocument, foreseeEvidence } from '@countersign/approval';
import type { Attachment, Json } from '@countersign/approval';
import { CountersignError, derivedId, digestOf, sha256 } from '@countersign/canonical';
import type { EvidenceAttached } from '@countersign/events';
import { MAX_ATTACHMENT_BYTES, RawBodies } from '@countersign/service';
import type { Logger } from '@countersign/service';
import { z } from 'zod';
import { accepted } from '../http/refusal.js';
import type { Judge } from '../judge/judge.js';
import type { Requested } from '../judge/requested.js';
import type { Claim, EvidenceClaims } from './evidence-claims.js';
import type { EvidenceUsage } from './evidence-quota.js';
import type { EvidenceStore } from './evidence-store.js';
import { sweepEvidence } from './evidence-sweep.js';
import { cleanName } from './file-name.js';
import { checkContent, mediaTypeOf } from './media-types.js';

/** Query of the routes that take attachments. */
export const AttachQuery = z.strictObject({
  kind: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected a kind as gates name it, such as `invoice`'),
  name: z.string().min(1).max(1_000),
});
export type AttachQuery = z.infer<typeof AttachQuery>;

/** One attachment as it comes to the door. */
export interface Attaching extends AttachQuery {
  readonly requested: Requested;
  readonly who: Pick<EvidenceAttached, 'issuer' | 'subject' | 'roles' | 'as_agent'>;
  /** The caller's idempotency key. */
  readonly key: string;
  readonly contentType: string | undefined;
  /** The unread body. */
  readonly body: unknown;
}

export interface Attached {
  readonly attachment: Json;
  readonly repeated: boolean;
}

export interface EvidenceParts {
  readonly judge: Judge;
  readonly store: EvidenceStore;
  readonly claims: EvidenceClaims;
  readonly usage: EvidenceUsage;
  readonly log: Logger;
}

/** The one way to attach evidence and to read it, for people and agents. */
export class Evidence {
  private readonly bodies = new RawBodies({ maxBytes: MAX_ATTACHMENT_BYTES });

  constructor(private readonly parts: EvidenceParts) {}

  /**
   * The bytes are on the disk before the log says so: a crash in between leaves a file that nothing names, and a claim by
   * which `sweep` finds it.
   * @throws CountersignError with the refusal of the door or of the log
   */
  async attach(attaching: Attaching): Promise<Attached> {
    const { requested, who, body, contentType } = attaching;
    const mediaType = mediaTypeOf(contentType);
    if (attachesAs(requested.action, requested.request, who) === null) throw mayNot();
    if (!(body instanceof Readable)) throw new CountersignError('invalid_request', 'send the file as the body');
    const caller = JSON.stringify([requested.action.decided.tenant, who.issuer, who.subject]);
    return this.bodies.use(caller, body, (bytes) => this.take(attaching, mediaType, bytes));
  }

  /** @throws CountersignError `internal` when the stored bytes are not those that were attached */
  async read(tenant: string, { attachment_id, sha256: hash }: Attachment): Promise<Buffer> {
    const bytes = await this.parts.store.get(tenant, hash);
    if (bytes !== null) return bytes;
    this.parts.log.error('evidence is damaged or missing', { attachment_id, sha256: hash });
    const detail = 'the stored file is missing or damaged, so it is not served; an operator has to restore it';
    throw new CountersignError('internal', detail, { sha256: hash });
  }

  private async take(attaching: Attaching, mediaType: string, bytes: Buffer): Promise<Attached> {
    checkContent(bytes, mediaType);
    const { action, request } = attaching.requested;
    const event = attachedEvent(attaching, mediaType, bytes);
    const refusal = foreseeEvidence(action, request, event);
    if (refusal !== null) accepted({ ...refusal, at: 0, repeated: false });
    const isKnown = request.attachments.some(({ attachment_id }) => attachment_id === event.attachment_id);
    if (!isKnown) this.parts.usage.take(event);
    await this.keep(event, bytes);
    const { repeated } = accepted(await this.parts.judge.ask('EvidenceAttached', event));
    const found = request.attachments.find(({ attachment_id }) => attachment_id === event.attachment_id);
    if (found === undefined) throw new CountersignError('unknown_outcome', 'try again with the same key');
    await this.parts.claims.settle(claimOf(event)).catch(() => undefined);
    return { attachment: attachmentDocument(found), repeated };
  }

  /** Deletes what uploads left that came to nothing. @param nowMs UTC epoch milliseconds */
  async sweep(nowMs: number): Promise<void> {
    try {
      const files = await sweepEvidence(this.parts, nowMs);
      if (files > 0) this.parts.log.info('evidence that nothing names is deleted', { files });
    } catch (fault) {
      this.parts.log.warn('evidence is not swept', { fault });
    }
  }

  private async keep(event: EvidenceAttached, bytes: Buffer): Promise<void> {
    try {
      await this.parts.claims.add(claimOf(event));
      await this.parts.store.put(event.tenant, bytes);
    } catch (cause) {
      this.parts.log.error('evidence cannot be stored', { fault: cause });
      throw new CountersignError(
        'overloaded',
        'evidence cannot be stored now; try again',
        { retry_after: 5 },
        { cause },
      );
    }
  }
}

const claimOf = ({ tenant, action_id, attachment_id, sha256: hash }: EvidenceAttached): Claim => ({
  ...{ tenant, action_id, attachment_id, sha256: hash },
});

const mayNot = (): CountersignError =>
  new CountersignError(
    'forbidden',
    'evidence comes from the agent, from who operates it, and from people who may vote on the request',
  );

function attachedEvent(
  { requested: { decided, request }, who, key, kind, name: given }: Attaching,
  media_type: string,
  bytes: Buffer,
): EvidenceAttached {
  const { tenant, action_id, run_id } = decided;
  const { request_id } = request;
  const name = cleanName(given);
  const hash = sha256(bytes);
  return {
    ...{ tenant, action_id, run_id, request_id, client_request_id: key, ...who },
    attachment_id: derivedId('att', request_id, who.issuer ?? '', who.subject, key),
    ...{ kind, name, media_type, size_bytes: bytes.length, sha256: hash },
    body_hash: digestOf({ request_id, kind, name, media_type, sha256: hash }),
  };
}
