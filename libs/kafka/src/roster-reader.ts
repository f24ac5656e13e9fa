import { applyRoster, rolesBy, TOPICS } from '@countersign/events';
import type { MacKeys, Roster, RosterPerson } from '@countersign/events';
import { EventFold } from './event-fold.js';
import type { KafkaConnection, KafkaLog } from './port.js';

export interface RosterReaderOptions {
  readonly connection: KafkaConnection;
  readonly macKeys: MacKeys;
  readonly log: Pick<KafkaLog, 'warn' | 'error'>;
  /** Names the consumer groups of this service's instances. */
  readonly service: string;
  /** The deployment's issuers. Entries that name none are about people of the first. */
  readonly issuers: readonly { readonly issuer: string }[];
  /** How long a change may wait for company before it is read, milliseconds. Default 0. */
  readonly lingerMs?: number;
  /** Called when somebody's entry has changed. */
  readonly onChange?: () => void;
}

/** Calls that only read are answered by a roster that is at most this old, milliseconds. */
const FRESH_MS = 700;

/** The `roster` topic: who there is. Every instance of every service reads it from the beginning with this reader. */
export class RosterReader {
  readonly roster: Roster = new Map();
  readonly fold: EventFold;
  private changed = false;
  private settledAtMs = 0;

  constructor(private readonly options: RosterReaderOptions) {
    const { connection, macKeys, log, service, lingerMs = 0 } = options;
    this.fold = new EventFold(connection, {
      ...{ topics: [TOPICS.roster], group: `countersign.${service}.roster`, macKeys, log, lingerMs },
      newest: {
        RosterChanged: (event, { timestampMs }) => {
          const entry = { ...event, issuer: this.issuerOf(event.issuer) };
          this.changed = applyRoster(this.roster, entry, timestampMs) || this.changed;
        },
      },
      onSliceEnd: () => this.announce(),
    });
  }

  /** Resolves when everybody who was on the roster at the time of the call is known. */
  start(): Promise<void> {
    return this.fold.start();
  }

  healthy(): boolean {
    return this.fold.healthy();
  }

  close(): Promise<void> {
    return this.fold.close();
  }

  /** Whether people of this issuer can come in. */
  knows(issuer: string): boolean {
    return this.options.issuers.some((known) => known.issuer === issuer);
  }

  /** As entries name an issuer: null for the deployment's first. */
  issuerOf(issuer: string | null): string | null {
    return issuer === this.options.issuers[0]?.issuer ? null : issuer;
  }

  /**
   * Resolves when every change that anybody was answered before the call is known here.
   * @throws CountersignError `overloaded` when the log cannot be read now
   */
  async settled(): Promise<void> {
    const askedAtMs = performance.now();
    await this.fold.settled();
    this.settledAtMs = askedAtMs;
  }

  /**
   * Resolves when what is known here is less than a second old. While the log cannot be read, nobody's entry can be
   * changed either: what was read last then counts.
   * @throws CountersignError `overloaded` before the roster was read once
   */
  async fresh(): Promise<void> {
    if (this.fold.opened && performance.now() - this.settledAtMs < FRESH_MS) return;
    await this.settled().catch((fault: unknown) => {
      if (!this.fold.opened) throw fault;
    });
  }

  /** The roles that count for somebody now; null for who was taken off. */
  rolesOf(who: RosterPerson): string[] | null {
    return rolesBy(this.roster, { ...who, issuer: this.issuerOf(who.issuer) });
  }

  private announce(): void {
    if (!this.changed) return;
    this.changed = false;
    this.options.onChange?.();
  }
}
