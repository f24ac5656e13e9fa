import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Notifications } from './notifications.js';

/** Adds the numbers of notifications. */
export function observeNotifications(registry: Registry, notifications: Notifications): void {
  const attempts = new Counter({
    name: 'countersign_notifications_attempts_total',
    help: 'Attempts to deliver a message, by kind of endpoint and result (`delivered` or the class of the fault).',
    labelNames: ['kind', 'result'],
    registers: [registry],
  });
  const givenUp = new Counter({
    name: 'countersign_notifications_given_up_total',
    help: 'Messages that are not tried again by themselves. Anything above 0 needs a look.',
    labelNames: ['kind'],
    registers: [registry],
  });
  notifications.onAttempt = ({ kind }, { delivered, error_class }, last) => {
    attempts.inc({ kind, result: delivered ? 'delivered' : (error_class ?? 'status') });
    if (last && !delivered) givenUp.inc({ kind });
  };
  const states = () => [...notifications.deliveries.endpoints.values()];
  const gauges: [string, string, () => number][] = [
    [
      'pending',
      'Deliveries that wait for an attempt.',
      () => states().reduce((sum, state) => sum + state.pending.size, 0),
    ],
    ['endpoints_off', 'Endpoints that were switched off.', () => states().filter(({ off }) => off !== null).length],
  ];
  for (const [name, help, read] of gauges)
    new Gauge({
      ...{ name: `countersign_notifications_${name}`, help, registers: [registry] },
      collect() {
        this.set(read());
      },
    });
}
