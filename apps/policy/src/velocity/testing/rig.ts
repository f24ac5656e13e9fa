import { randomBytes } from 'node:crypto';
import { CountersignError, sha256 } from '@countersign/canonical';
import { eventId, openRecord, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { ActionDecided, ActionProposed, MacKeys } from '@countersign/events';
import { createAppender, createFold, KafkaServer } from '@countersign/kafka';
import type { Appender, Fold, InRecord, KafkaConnection } from '@countersign/kafka';
import { PolicyHistory } from '@countersign/policy';
import { Decider } from '../../decider.js';
import { NO_DENIALS } from '../../denials/denial-log.js';
import { NO_DRAWS } from '../../draws/draw-source.js';
import { ChangeSeal } from '../../lifecycle/change-seal.js';
import { Velocity } from '../velocity.js';
import { WindowLog } from '../window-log.js';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const key = (): string => randomBytes(32).toString('hex');

/** Keys of one run's own: what other specs write to the same topics is not believed, nor ours by them. */
export const newKeys = (): MacKeys => ({ intake: key(), policy: key(), approval: key(), telemetry: key() });

export interface RigOptions {
  readonly connection: KafkaConnection;
  readonly macKeys: MacKeys;
  readonly groupId: string;
  /** YAML text of the policy. */
  readonly content: string;
  readonly longestMs: number;
  /** True where the next decision shall be lost between its window entries and the approval log. */
  readonly loses?: () => boolean;
}

function historyOf(content: string): PolicyHistory {
  const history = new PolicyHistory();
  const name = /^name: (.*)$/m.exec(content)?.[1] ?? '';
  const published = { tenant: '*', name, content, content_hash: sha256(content), author: 'oli', note: null };
  history.apply({ ...published, published_at: 0, parent: null, cases: null }, 0);
  return history;
}

/** An instance of policy's way from `actions` to `approval-log`. */
export class Instance {
  private readonly appender: Appender;
  readonly windows: WindowLog;
  private readonly server: KafkaServer;

  constructor(private readonly options: RigOptions) {
    const { connection, macKeys, groupId, content } = options;
    this.appender = createAppender(connection);
    this.windows = new WindowLog({ connection, appender: this.appender, macKeys, log });
    const history = historyOf(content);
    const decider = new Decider({
      policies: { current: () => history },
      velocity: new Velocity(this.windows),
      appender: { append: (records, more) => this.append(records, more) },
      macKeys,
      draws: NO_DRAWS,
      denials: NO_DENIALS,
      seal: new ChangeSeal(macKeys),
    });
    this.server = new KafkaServer({ connection, groupId, deadLetter: () => Promise.resolve() });
    this.server.addHandler(TOPICS.actions, (record: InRecord) => decider.decide(record), true);
  }

  async start(): Promise<this> {
    await this.windows.open(this.options.longestMs);
    this.server.listen(() => undefined);
    return this;
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.windows.close();
    await this.appender.close();
  }

  private append: Appender['append'] = (records, more) => {
    if (this.options.loses?.()) return Promise.reject(new CountersignError('overloaded', 'the decision is lost'));
    return this.appender.append(records, more);
  };
}

export const proposal = (action: ActionProposed, macKeys: MacKeys): ReturnType<typeof toRecord> =>
  toRecord({
    ...{ topic: TOPICS.actions, name: 'ActionProposed' as const, event: action, macKeys, service: 'intake' as const },
    ...{ key: recordKey(action.tenant, action.action_id), id: eventId(action.action_id), timeMs: action.submitted_at },
  });

/** The decisions on the approval log, all of them, in log order. */
export class Decisions {
  readonly all = new Map<string, ActionDecided[]>();
  private readonly fold: Fold;

  constructor(connection: KafkaConnection, macKeys: MacKeys) {
    const startMs = Date.now() - 60_000;
    this.fold = createFold(connection, {
      topics: [TOPICS.approvalLog],
      groupPrefix: 'spec-decisions',
      startTimestampMs: () => startMs,
      onRecord: (record) => this.take(record, macKeys),
    });
  }

  start = (): Promise<void> => this.fold.start();
  close = (): Promise<void> => this.fold.close();

  of = ({ tenant, action_id }: Pick<ActionProposed, 'tenant' | 'action_id'>): readonly ActionDecided[] =>
    this.all.get(recordKey(tenant, action_id)) ?? [];

  private take(record: InRecord, macKeys: MacKeys): void {
    try {
      const { name, event } = openRecord(record, macKeys);
      if (name !== 'ActionDecided') return;
      const decided = event as ActionDecided;
      const id = recordKey(decided.tenant, decided.action_id);
      this.all.set(id, [...(this.all.get(id) ?? []), decided]);
    } catch {
      // Another spec's record.
    }
  }
}
