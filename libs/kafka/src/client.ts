import kafkajs from 'kafkajs';
import type { Admin, Kafka } from 'kafkajs';
import { quietLog } from './client-log.js';
import type { ConnectionOptions, KafkaConnection, KafkaLog } from './port.js';
import { quietIdleConnections } from './quiet-queue.js';
import { readEveryBatch } from './wire/fetch-answer.js';
import { countOpenTransactions } from './wire/isolation.js';

quietIdleConnections();
readEveryBatch();
countOpenTransactions();

/** What the files of this library share; never seen outside. */
export interface Client {
  readonly kafka: Kafka;
  readonly log: KafkaLog;
  readonly clientId: string;
  /** Runs one question to the cluster; a failed connection is thrown away, so that the next question gets a new one. */
  ask<T>(question: (admin: Admin) => Promise<T>): Promise<T>;
}

const clients = new WeakMap<KafkaConnection, Client>();

/** @throws Error when the connection was not made by `connect` of this library */
export function clientOf(connection: KafkaConnection): Client {
  const client = clients.get(connection);
  if (!client) throw new Error('not a connection of this library');
  return client;
}

/**
 * One client for everything in a process. Nothing is dialled yet.
 * A request that is not answered within 3 s counts as failed: a lost answer must not hold up the one sender for long.
 */
export function connect(options: ConnectionOptions): KafkaConnection {
  const kafka = new kafkajs.Kafka({
    brokers: options.brokers,
    clientId: options.clientId,
    logLevel: kafkajs.logLevel.ERROR,
    logCreator: quietLog(options.log),
    requestTimeout: 3_000,
    connectionTimeout: 2_000,
    retry: { initialRetryTime: 50, multiplier: 2, factor: 0.2, maxRetryTime: 1_000, retries: 4 },
  });
  const admin = sharedAdmin(kafka);
  const connection: KafkaConnection = { brokers: options.brokers, clientId: options.clientId, close: admin.close };
  clients.set(connection, { kafka, log: options.log, clientId: options.clientId, ask: admin.ask });
  return connection;
}

function sharedAdmin(kafka: Kafka) {
  let current: Promise<Admin> | null = null;
  const open = async (): Promise<Admin> => {
    const admin = kafka.admin();
    await admin.connect();
    return admin;
  };
  const drop = async (used: Promise<Admin> | null): Promise<void> => {
    if (current === used) current = null;
    await used?.then((admin) => admin.disconnect()).catch(() => undefined);
  };
  const ask = async <T>(question: (admin: Admin) => Promise<T>): Promise<T> => {
    const used = (current ??= open());
    try {
      return await question(await used);
    } catch (error) {
      void drop(used);
      throw error;
    }
  };
  return { ask, close: () => drop(current) };
}
