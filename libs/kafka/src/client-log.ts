import type { KafkaLog } from './port.js';

interface ClientLine {
  readonly namespace: string;
  readonly log: { readonly message: string; readonly error?: unknown };
}

/** The same line of the client library is repeated at most this often, milliseconds. */
const REPEAT_MS = 10_000;

/**
 * The client library calls routine reconnects errors, often hundreds a second while a broker restarts. They are warnings
 * here, each at most once in ten seconds; what needs a person is reported by health, not by these lines.
 */
export function quietLog(log: KafkaLog, now: () => number = Date.now): () => (line: ClientLine) => void {
  const lastSeen = new Map<string, number>();
  return () => (line) => {
    const key = `${line.namespace} ${line.log.message}`;
    const time = now();
    if (time - (lastSeen.get(key) ?? -Infinity) < REPEAT_MS) return;
    if (lastSeen.size > 200) lastSeen.clear();
    lastSeen.set(key, time);
    log.warn('kafka client', { part: line.namespace, line: line.log.message, cause: String(line.log.error ?? '') });
  };
}
