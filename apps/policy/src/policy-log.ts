import { setTimeout } from 'node:timers/promises';
import { CountersignError } from '@countersign/canonical';
import { TOPICS } from '@countersign/events';
import type { MacKeys, PolicyPublished, PolicyStateChanged } from '@countersign/events';
import { EventFold } from '@countersign/kafka';
import type { Appender, KafkaConnection } from '@countersign/kafka';
import { PolicyHistory } from '@countersign/policy';
import type { Logger } from '@countersign/service';
import type { PolicyFile } from './policy-files.js';
import { factsOfFolder, waitingFiles } from './policy-folder.js';
import type { FolderOptions } from './policy-folder.js';
import { policyRecord } from './policy-records.js';
import type { PolicyFact } from './policy-records.js';

export interface PolicyLogOptions {
  readonly connection: KafkaConnection;
  readonly appender: Appender;
  readonly macKeys: MacKeys;
  readonly log: Logger;
}

const RETRY_MS = 1_000;

/** Where the versions are read from. */
export type PolicySource = Pick<PolicyLog, 'current'>;

/** Where versions are read from and facts about them are written to. */
export type PolicyStore = Pick<PolicyLog, 'current' | 'append'>;

/** The `policies` topic: reads all of it, from the beginning, and appends what is new. */
export class PolicyLog {
  private readonly history = new PolicyHistory();
  private readonly fold: EventFold;
  private opened = false;

  constructor(private readonly options: PolicyLogOptions) {
    const { connection, macKeys, log } = options;
    this.fold = new EventFold(connection, {
      ...{ topics: [TOPICS.policies], group: 'countersign.policy.policies', macKeys, log },
      newest: {
        PolicyPublished: (event, { timestampMs }) => this.learn(event, timestampMs),
        PolicyStateChanged: (event, { timestampMs }) => this.change(event, timestampMs),
        PolicyReported: (event) => this.history.reports.apply(event),
      },
    });
  }

  /**
   * Reads every version published so far, then adds what the folder's files say. Resolves when this instance has read
   * that back; a cluster that is not there yet is waited for.
   */
  async open(files: readonly PolicyFile[], folder: Omit<FolderOptions, 'nowMs'>): Promise<void> {
    await this.fold.start();
    for (;;) {
      try {
        await this.append(factsOfFolder(files, this.history, { ...folder, nowMs: Date.now() }));
        break;
      } catch (error) {
        this.options.log.warn('policies not published yet', { cause: String(error) });
        await setTimeout(RETRY_MS);
      }
    }
    for (const file of waitingFiles(files, this.history)) this.options.log.warn(WAITING, file);
    this.opened = true;
  }

  /** True once every version is known and the folder's are there. */
  get isOpen(): boolean {
    return this.opened;
  }

  /** @throws CountersignError `overloaded` until `open` is through: half a history would decide by the wrong policy */
  current(): PolicyHistory {
    if (this.opened) return this.history;
    throw new CountersignError('overloaded', 'the policies are still being read', { retry_after: 1 });
  }

  /**
   * Appends facts in their order and resolves when this instance has read them back.
   * @throws CountersignError `unknown_outcome` when that takes too long: the same request again finishes
   */
  async append(facts: readonly PolicyFact[]): Promise<void> {
    const { appender, macKeys } = this.options;
    await this.fold.write((timeMs) => facts.map((fact) => policyRecord(fact, macKeys, timeMs)), { appender });
  }

  healthy(): boolean {
    return this.opened && this.fold.healthy();
  }

  close(): Promise<void> {
    return this.fold.close();
  }

  private learn(published: PolicyPublished, timeMs: number): void {
    const { version, policy } = this.history.publish(published, timeMs);
    const { tenant, name, content_hash, author } = published;
    this.options.log.info('policy version published', { tenant, policy: name, version, content_hash, author });
    if (policy === null)
      this.options.log.error('policy version cannot be read and does not speak', { tenant, policy: name, version });
  }

  private change(changed: PolicyStateChanged, timeMs: number): void {
    const { log } = this.options;
    const { tenant, name, state, mode, by, action_id } = changed;
    const record = this.history.change(changed, timeMs);
    const facts = { tenant, policy: name, version: record?.version, state, mode, by, action_id };
    if (record === null) log.error('policy change has no effect', facts);
    else log.info('policy version changed', facts);
  }
}

const WAITING =
  'policy file waits as a draft: compare it with `countersign policy diff`, then `countersign policy activate`';
