import { CountersignError } from '@countersign/canonical';
import { z } from 'zod';

const Key = z.string().min(1).max(255);

/** @throws CountersignError `malformed` without a usable key */
export function keyOf(header: string | undefined): string {
  if (Key.safeParse(header).success) return header as string;
  throw new CountersignError(
    'malformed',
    'send an Idempotency-Key of 1 to 255 characters; the same one makes a retry safe',
  );
}
