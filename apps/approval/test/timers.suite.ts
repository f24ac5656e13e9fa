import { setTimeout as sleep } from 'node:timers/promises';
import { decode, TOPICS } from '@countersign/events';
import type { ActionProposed } from '@countersign/events';
import { eventually } from '@countersign/testing';
import { decided, gate, HOUR } from '../../../libs/approval/test/records.js';
import { fresh } from './common.js';
import type { Instances } from './instances.js';
import { TIMERS } from './timers.config.js';

/** Requests appended at a time. */
const WAVE = 200;
const REMIND_S = [3, 6];
const CLOCKS = { remind_s: REMIND_S, escalate_s: 7, escalate_roles: ['lead'], expire_s: 10 };

/** An effect of a clock, as everybody reads it. Times are UTC epoch milliseconds. */
interface Effect {
  readonly what: string;
  readonly deadline: number;
  readonly published: number;
}

/** Every clock of many requests, while an instance goes away and another one has the wrong time. */
export function timersSuite(system: () => Instances): void {
  const openMany = async (count: number): Promise<ActionProposed[]> => {
    const actions: ActionProposed[] = [];
    for (let at = 0; at < count; at += WAVE) {
      const wave = Array.from({ length: Math.min(WAVE, count - at) }, () => fresh());
      await Promise.all(wave.map((action) => system().decide(decided(action, { gate: gate(CLOCKS) }))));
      actions.push(...wave);
    }
    return actions;
  };

  const effectsOf = async (actions: readonly ActionProposed[]): Promise<Effect[]> => {
    const ids = new Set(actions.map(({ action_id }) => action_id));
    const records = await system().published(TOPICS.approvals, ({ key }) =>
      ids.has(key?.toString().split('|')[1] ?? ''),
    );
    return records.flatMap(({ value, timestampMs }) => {
      const { name, event } = decode(value);
      const { action_id, nth = 0 } = event as unknown as { action_id: string; nth?: number };
      const deadline = deadlineOf(event as unknown as Record<string, number>, name);
      return deadline === null ? [] : [{ what: `${action_id} ${name} ${nth}`, deadline, published: timestampMs }];
    });
  };

  const settled = (actions: readonly ActionProposed[]): Promise<Effect[]> =>
    eventually(
      async () => {
        const effects = await effectsOf(actions);
        expect(new Set(effects.map(({ what }) => what)).size).toBe(actions.length * 4);
        return effects;
      },
      { withinMs: 60_000, everyMs: 1_000 },
    );

  /** After an instance has come the publishers share out their partitions anew; what is measured begins when they have. */
  const published = async (): Promise<void> => {
    const actions = await openMany(20);
    await eventually(async () => expect((await effectsOf(actions)).length).toBeGreaterThanOrEqual(20), {
      withinMs: 60_000,
    });
  };

  const expectOnce = (effects: readonly Effect[], actions: readonly ActionProposed[]): void => {
    const wanted = actions.flatMap(({ action_id }) => [
      ...REMIND_S.map((_, index) => `${action_id} RequestReminded ${index + 1}`),
      ...[`${action_id} RequestEscalated 0`, `${action_id} RequestResolved 0`],
    ]);
    expect(effects.map(({ what }) => what).sort()).toEqual(wanted.sort());
    for (const { deadline, published } of effects) expect(published).toBeGreaterThanOrEqual(deadline);
  };

  describe('reminders, escalation and expiry', () => {
    it(`happen once each for ${TIMERS} requests, soon after their time, with a clock that is an hour ahead`, async () => {
      await system().add({}, () => Date.now() + HOUR);
      await published();
      const actions = await openMany(TIMERS);
      const effects = await settled(actions);
      expectOnce(effects, actions);
      report('all instances up', effects);
    }, 120_000);

    it('happen once each while an instance stops and a clock is an hour behind', async () => {
      const leaving = await system().add();
      await system().add({}, () => Date.now() - HOUR);
      await published();
      const actions = await openMany(TIMERS);
      await sleep(3_500);
      await system().stop(leaving);
      const effects = await settled(actions);
      expectOnce(effects, actions);
      report('an instance stops', effects);
    }, 120_000);
  });
}

const deadlineOf = (event: Record<string, number>, name: string): number | null =>
  ({
    RequestReminded: event['reminded_at'],
    RequestEscalated: event['escalated_at'],
    RequestResolved: event['resolved_at'],
  })[name] ?? null;

const errorsOf = (effects: readonly Effect[]): number[] =>
  effects.map(({ deadline, published }) => published - deadline).sort((a, b) => a - b);
const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.ceil(sorted.length * part) - 1] ?? NaN;

function report(when: string, effects: readonly Effect[]): void {
  const sorted = errorsOf(effects);
  const [p50, p95, most] = [percentile(sorted, 0.5), percentile(sorted, 0.95), percentile(sorted, 1)];
  process.stdout.write(`timer error, ${when}: p50 ${p50} ms, p95 ${p95} ms, most ${most} ms (n = ${sorted.length})\n`);
}
