import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { callerOf, recheck } from './principal.js';
import type { Slots } from './slots.js';

/** One server-sent event. `id` comes back as `Last-Event-ID` when the reader connects again. */
export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** Events as they come; null where there is nothing to say, which keeps the connection alive. */
export type StreamSource = (signal: AbortSignal) => AsyncIterable<StreamEvent | null>;

/** How long a source may be silent before it gives null, milliseconds. */
export const HEARTBEAT_MS = 15_000;
/** A reader that takes nothing for so long is cut off. */
const SLOW_MS = 10_000;
/** How long a person who was removed still hears something. */
const RECHECK_MS = 900;

/** What ends each open stream, by server. */
const open = new WeakMap<object, Set<() => void>>();

/**
 * Answers with server-sent events until the source ends, the reader goes or is too slow, its credential ends, or the
 * service stops. What is not read yet is bounded: the source is asked for the next event only when the last one is taken.
 * @throws CountersignError `rate_limited` when the caller has too many streams
 */
export function sendEvents(reply: FastifyReply, source: StreamSource, slots: Slots): void {
  void reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  if (reply.request.method === 'HEAD') return void reply.send();
  const give = slots.take(callerOf(reply.request));
  const ended = new AbortController();
  // A source that waits has to be woken: until it is, neither it nor its stream can end.
  const cut = (): void => {
    stream.destroy();
    ended.abort();
    reply.raw.destroy();
  };
  const stream: Readable = Readable.from(written(source(ended.signal), cut), { objectMode: false });
  const streams = streamsOf(reply.server);
  const checking = setInterval(() => void recheck(reply.request).catch(cut), RECHECK_MS);
  const end = (): void => {
    clearInterval(checking);
    streams.delete(cut);
    give();
    cut();
  };
  streams.add(cut);
  stream.on('error', () => undefined);
  reply.raw.once('close', end);
  void reply.send(stream);
}

/** Ends every stream of a server, so that it can stop. */
export function endStreams(server: FastifyInstance): void {
  for (const cut of streamsOf(server)) cut();
}

function streamsOf({ server }: FastifyInstance): Set<() => void> {
  const streams = open.get(server) ?? new Set<() => void>();
  open.set(server, streams);
  return streams;
}

async function* written(events: AsyncIterable<StreamEvent | null>, cut: () => void): AsyncGenerator<string> {
  yield ': countersign\n\n';
  yield* takenInTime(texts(events), cut);
}

async function* texts(events: AsyncIterable<StreamEvent | null>): AsyncGenerator<string> {
  for await (const event of events) yield textOf(event);
}

/** The pieces of a long answer; `cut` is called when its reader does not take one within 10 seconds. */
export async function* takenInTime<T>(pieces: AsyncIterable<T>, cut: () => void): AsyncGenerator<T> {
  for await (const piece of pieces) {
    const late = setTimeout(cut, SLOW_MS).unref();
    try {
      yield piece;
    } finally {
      clearTimeout(late);
    }
  }
}

// JSON text has no line end, so it is one line of the format (HTML, section 9.2).
const textOf = (event: StreamEvent | null): string =>
  event === null ? ':\n\n' : `id: ${event.id}\nevent: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`;
