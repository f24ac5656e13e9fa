import { derivedId } from '@countersign/canonical';
import { TOPICS } from '@countersign/events';
import type { MacKeys, NotificationQueued } from '@countersign/events';
import { createClaims, EventFold } from '@countersign/kafka';
import type { Appender, Claims, InRecord, KafkaConnection } from '@countersign/kafka';
import { Deliverer, Deliveries, hintText, messageText, send } from '@countersign/notify';
import type { Attempt, Delivery, DeliveryEvent, Endpoint, Hint, Message, SettingsFile } from '@countersign/notify';
import type { Logger } from '@countersign/service';
import type { Callbacks } from './callbacks.js';
import { notificationRecord } from './notification-records.js';

const LINGER_MS = 100;

export interface NotificationsOptions {
  readonly connection: KafkaConnection;
  readonly appender: Pick<Appender, 'append'>;
  readonly macKeys: MacKeys;
  readonly settings: SettingsFile;
  readonly callbacks: Callbacks;
  readonly log: Logger;
  /** Waits between attempts, milliseconds. Default: ten attempts over three days. */
  readonly waitsMs?: readonly number[] | undefined;
  /** Called with each address before it is connected to. */
  readonly onConnect?: ((address: string) => void) | undefined;
}

/** Who asked for a message, and what it repeats. */
export type Asked = Pick<NotificationQueued, 'issuer' | 'subject' | 'replay_of'>;
const NOBODY: Asked = { issuer: null, subject: null, replay_of: null };

/** What is sent, and what it is about. */
export type Content = Pick<NotificationQueued, 'message_type' | 'message' | 'action_id' | 'request_id' | 'run_id'>;

/**
 * Messages to people and agents, from the topic `notifications`: every instance folds all of it, and delivers what lies in the
 * partitions that its group gives it.
 */
export class Notifications {
  readonly deliveries = new Deliveries();
  /** Called after each attempt. */
  onAttempt: (endpoint: Endpoint, attempt: Attempt, last: boolean) => void = () => undefined;
  private readonly fold: EventFold;
  private readonly claims: Claims;
  private readonly deliverer: Deliverer;

  constructor(private readonly options: NotificationsOptions) {
    const { connection, log, macKeys, waitsMs } = options;
    const apply = (fact: DeliveryEvent, { partition, timestampMs }: InRecord): void =>
      this.deliveries.apply(fact, partition, timestampMs);
    this.fold = new EventFold(connection, {
      ...{
        topics: [TOPICS.notifications],
        group: 'countersign.approval.deliveries',
        macKeys,
        log,
        lingerMs: LINGER_MS,
      },
      newest: { EndpointStateChanged: (event, record) => apply({ name: 'EndpointStateChanged', event }, record) },
      facts: {
        NotificationQueued: (event, record) => apply({ name: 'NotificationQueued', event }, record),
        DeliveryAttempted: (event, record) => apply({ name: 'DeliveryAttempted', event }, record),
      },
    });
    const groupId = 'countersign.approval.deliverers';
    this.claims = createClaims(connection, { groupId, topic: TOPICS.notifications });
    this.deliverer = new Deliverer({
      ...{ deliveries: this.deliveries, log, append: (facts) => this.append(facts) },
      ...(waitsMs === undefined ? {} : { waitsMs }),
      endpoint: (key) => this.endpoint(key),
      owns: (partition) => this.claims.owns(partition),
      send: (delivery, endpoint, signal) => this.send(delivery, endpoint, signal),
      onAttempt: (endpoint, attempt, last) => this.onAttempt(endpoint, attempt, last),
    });
  }

  /** Resolves when it is known what is due. */
  async start(): Promise<void> {
    this.claims.start();
    await this.fold.start();
    this.deliverer.start();
  }

  healthy(): boolean {
    return this.fold.healthy() && this.claims.healthy();
  }

  async close(): Promise<void> {
    await this.deliverer.close();
    await Promise.all([this.claims.close(), this.fold.close()]);
  }

  /** Puts facts on the topic. @throws CountersignError as `Appender.append` */
  async append(facts: readonly DeliveryEvent[]): Promise<void> {
    if (facts.length > 0)
      await this.options.appender.append(facts.map((fact) => notificationRecord(fact, this.options.macKeys)));
  }

  /** Waits until what was appended before is known here. */
  catchUp(): Promise<void> {
    return this.fold.settled();
  }

  private endpoint(key: string): Endpoint | null {
    const endpoint = this.options.settings.find(key) ?? this.options.callbacks.find(key);
    return endpoint?.disabled === true ? null : endpoint;
  }

  private send(delivery: Delivery, endpoint: Endpoint, signal: AbortSignal): Promise<Attempt> {
    const settings = this.options.settings.get() ?? { endpoints: [] };
    const { onConnect } = this.options;
    return send(delivery, endpoint, { settings, signal, nowMs: Date.now(), ...(onConnect ? { onConnect } : {}) });
  }
}

/** A message for people. */
export function contentOf(message: Message): Content {
  const { type, data } = message;
  const textOf = (member: string): string | null => (typeof data[member] === 'string' ? data[member] : null);
  return {
    ...{ message_type: type, message: messageText(message) },
    ...{ action_id: textOf('action_id'), request_id: textOf('request_id'), run_id: textOf('run_id') },
  };
}

/** A hint for an agent. */
export const contentOfHint = (hint: Hint, run_id: string | null): Content => ({
  ...{ message_type: 'action.callback', message: hintText(hint) },
  ...{ action_id: hint.action_id, request_id: null, run_id },
});

/**
 * A message to one endpoint. The same message to the same endpoint is one delivery, however often it is queued.
 * @param messageId what receivers drop repeats by
 */
export function queued(
  { tenant, endpoint_id }: Pick<Endpoint, 'tenant' | 'endpoint_id'>,
  messageId: string,
  { message_type, message, action_id, request_id, run_id }: Content,
  { nowMs, asked = NOBODY, turn = '' }: { nowMs: number; asked?: Asked; turn?: string },
): DeliveryEvent {
  return {
    name: 'NotificationQueued',
    event: {
      ...{ tenant, endpoint_id, message_id: messageId, message_type, ...asked, queued_at: nowMs },
      delivery_id: derivedId('ntf', tenant, endpoint_id, messageId, turn),
      ...{ action_id, request_id, run_id, message },
    },
  };
}
