import type { FastifyReply } from 'fastify';
import type { Attachment } from '@countersign/approval';
import { dispositionOf } from './file-name.js';
import { servedType, withEnding } from './media-types.js';

/** Somebody else's file: it is saved, never shown in our origin, and never taken for another type. */
export function sendAttachment(reply: FastifyReply, { name, media_type }: Attachment, bytes: Buffer): void {
  void reply
    .headers({
      'content-type': servedType(media_type),
      'content-disposition': dispositionOf(withEnding(name, media_type)),
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    })
    .send(bytes);
}
