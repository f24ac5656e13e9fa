import type { Logger } from '@countersign/service';
import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { PolicySource } from '../policy-log.js';
import type { LiveRoster } from './live-roster.js';
import { EVERY_TENANT } from '../lifecycle/subject.js';
import { rosterIn, unreachableGates } from './reach.js';
import type { Unreachable } from './reach.js';

const keyOf = ({ tenant, policy, gate, message }: Unreachable): string => [tenant, policy, gate, message].join('\n');

/** Looks at the gates of the active policies whenever the roster or a policy changes, and says which ones nobody can open. */
export class ReachWatch {
  private known = new Set<string>();

  constructor(
    private readonly policies: PolicySource,
    private readonly roster: Pick<LiveRoster, 'current'>,
    private readonly log: Logger,
  ) {}

  /** @throws CountersignError `overloaded` while the policies are still being read */
  now(): Unreachable[] {
    return unreachableGates(this.policies.current(), this.roster.current());
  }

  /** What is to be said to the people of one tenant. @throws as `now` */
  of(tenant: string): Unreachable[] {
    const roster = this.roster.current();
    const found = unreachableGates(this.policies.current(), roster && rosterIn(roster, tenant));
    return found.filter((one) => one.tenant === tenant || one.tenant === EVERY_TENANT);
  }

  /** One line for each gate that has become unreachable since the last look, and one for each that can be opened again. */
  look(): void {
    const found = this.now();
    for (const one of found) if (!this.known.has(keyOf(one))) this.log.error(ALERT, { ...one });
    const keys = new Set(found.map(keyOf));
    const mended = [...this.known].filter((key) => !keys.has(key)).length;
    if (mended > 0) this.log.info('gates have a reachable quorum again', { gates: mended });
    this.known = keys;
  }

  /** The number of gates that nobody can open, looked up when it is scraped. */
  observe(registry: Registry): void {
    const count = (): number => this.now().length;
    new Gauge({
      name: 'countersign_policy_unreachable_gates',
      help: 'Gates of active policies that the people on the roster cannot open. Anything above 0 is an alert.',
      registers: [registry],
      collect() {
        try {
          this.set(count());
        } catch {
          // The policies are still being read: there is nothing to say yet.
          this.reset();
        }
      },
    });
  }
}

const ALERT = 'no set of people on the roster can open this gate: its requests wait until they expire';
