import type { Consumer } from 'kafkajs';
import type { Client } from './client.js';
import type { LoopOptions } from './loop-options.js';
import { readsUncommitted } from './wire/isolation.js';

/** A member that is silent for this long loses its partitions, milliseconds; the least that brokers accept by default. */
const SESSION_MS = 6_000;

/** The library's own restarts are off: one place decides when a consumer is replaced. */
export const makeConsumer = (
  client: Client,
  { groupId, topics, minBytes = 1, maxWaitMs = 500 }: LoopOptions,
): Consumer =>
  client.kafka.consumer({
    groupId: typeof groupId === 'string' ? groupId : groupId(),
    sessionTimeout: SESSION_MS,
    heartbeatInterval: 1_500,
    rebalanceTimeout: 15_000,
    readUncommitted: readsUncommitted(topics),
    minBytes,
    maxWaitTimeInMs: maxWaitMs,
    maxBytesPerPartition: 2_097_152,
    maxBytes: 16_777_216,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 50, maxRetryTime: 1_000, retries: 8, restartOnFailure: () => Promise.resolve(false) },
  });

const COMPANY_BYTES = 262_144;

/** Lets the broker hold an answer back until there is enough in it, or until the time is up. */
export const lingering = (lingerMs = 0): Pick<LoopOptions, 'minBytes' | 'maxWaitMs'> =>
  lingerMs > 0 ? { minBytes: COMPANY_BYTES, maxWaitMs: lingerMs } : {};
