import type { FastifyReply } from 'fastify';

/** Aborts once the caller of a request has gone, or has its answer: nobody waits for what is still to come. */
export function callerGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}

/** Resolves with what comes first: the work, or null when the signal aborts. The work itself goes on. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(null);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** The events as they come, and null after each time without one. */
export async function* withHeartbeat<T>(events: AsyncIterator<T>, everyMs = 15_000): AsyncGenerator<T | null> {
  let next = events.next();
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const silence = new Promise<null>((resolve) => (timer = setTimeout(resolve, everyMs, null).unref()));
      const came = await Promise.race([next, silence]).finally(() => clearTimeout(timer));
      if (came?.done) return;
      if (came !== null) next = events.next();
      yield came === null ? null : came.value;
    }
  } finally {
    await events.return?.();
  }
}
