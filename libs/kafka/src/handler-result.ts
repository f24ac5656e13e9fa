import { isObservable, lastValueFrom } from 'rxjs';
import type { Handled } from './port.js';

const KINDS: ReadonlySet<unknown> = new Set(['done', 'dead_letter', 'retry']);

/**
 * Nest wraps handlers: a promise, a stream, or a promise of a stream arrives here; the last value counts.
 * @throws what the handler threw, or a TypeError when it returned something else than `Handled`
 */
export async function handledOf(returned: unknown): Promise<Handled> {
  const settled = await returned;
  const value = isObservable(settled) ? await lastValueFrom(settled, { defaultValue: undefined }) : settled;
  if (KINDS.has((value as Handled | undefined)?.kind)) return value as Handled;
  throw new TypeError('a Kafka handler must return done, dead_letter or retry');
}

/** Nest's exception filter replaces unknown errors by plain objects. */
export const asFault = (error: unknown): Error =>
  error instanceof Error ? error : new Error((error as { message?: string } | null)?.message ?? String(error));

/** A fault of disk, network or process, as Node reports it: no record is to blame, and the next one would fare no better. */
export const isOfTheMachine = (error: Error): boolean => typeof (error as NodeJS.ErrnoException).syscall === 'string';
