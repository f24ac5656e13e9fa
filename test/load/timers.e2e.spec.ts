import { connectTo, eventually, startSystem } from '@countersign/testing';
import type { TestSystem } from '@countersign/testing';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Caller } from '../faults/caller.js';
import { refund } from '../flows/support/proposals.js';
import { TENANT } from '../flows/support/world.js';
import { lateness, publishedEffects } from './effects.js';
import type { Effect } from './effects.js';
import { TIMERS } from './timers.config.js';

const HOUR_MS = 3_600_000;
/** Two of three instances are an hour off; the one whose clock is right is killed. */
const CLOCKS = { 'approval-2': HOUR_MS, 'approval-3': -HOUR_MS };
/** Proposals under way at a time. */
const AT_ONCE = 100;
/** The first clock runs out when, at this rate, everything has been proposed. */
const PROPOSALS_PER_S = 100;
const FIRST_S = 4 + Math.ceil(TIMERS / PROPOSALS_PER_S);
const [SECOND_S, RESPOND_S, EXPIRE_S] = [FIRST_S + 4, FIRST_S + 6, FIRST_S + 12];
const WHAT = ['RequestEscalated', 'RequestReminded 1', 'RequestReminded 2', 'RequestResolved'];

const POLICY = `name: refunds
action_types: { refund: {} }
rules: [{ name: all, then: require_approval, gate: look }]
gates:
  look:
    quorum: 1
    roles: [finance]
    sla: { respond: ${RESPOND_S}s, remind: [${FIRST_S / RESPOND_S}, ${SECOND_S / RESPOND_S}], escalate: ${RESPOND_S}s, escalate_to: [approver], expire: ${EXPIRE_S}s }
fallback: look
`;

function serviceEnv(): NodeJS.ProcessEnv {
  const clock = pathToFileURL(join(import.meta.dirname, 'shifted-clock.mjs')).href;
  return { NODE_OPTIONS: `--import ${clock}`, COUNTERSIGN_TEST_CLOCKS: JSON.stringify(CLOCKS) };
}

describe('clocks of many requests', () => {
  const policies = mkdtempSync(join(tmpdir(), 'countersign-timers-'));
  const caller = new Caller();
  let system: TestSystem;

  beforeAll(async () => {
    writeFileSync(join(policies, 'refunds.yaml'), POLICY);
    system = await startSystem({ policies, approvalInstances: 3, faults: { serviceEnv: serviceEnv() } });
  }, 120_000);
  afterAll(async () => {
    await caller.close();
    await system?.close();
    rmSync(policies, { recursive: true });
  }, 60_000);

  const proposeOne = async (): Promise<string> => {
    const { agents, intake_url } = system.local;
    const token = agents.find(({ agent_id, tenant }) => agent_id === 'refund-agent' && tenant === TENANT)!.api_key;
    const call = { method: 'POST', urls: [intake_url], path: '/v1/actions', token, heldMs: 2_000 } as const;
    const { body } = await caller.call({ ...call, key: randomUUID(), body: refund('450.00') });
    return String(body['action_id']);
  };

  const proposeAll = async (): Promise<string[]> => {
    const actionIds: string[] = [];
    let begun = 0;
    const worker = async (): Promise<void> => {
      while (begun++ < TIMERS) actionIds.push(await proposeOne());
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return actionIds;
  };

  const effects = async (): Promise<Effect[]> => {
    const connection = connectTo(system.local.kafka_brokers);
    return publishedEffects(connection).finally(() => connection.close());
  };

  /** A crash in the middle of the expiries. @returns when it was, UTC epoch milliseconds */
  const killDuringExpiry = async (begun: number, ended: number): Promise<number> => {
    await sleep(Math.max(0, (begun + ended) / 2 + EXPIRE_S * 1_000 - Date.now()));
    system.kill('approval');
    return Date.now();
  };

  it(
    `remind, escalate and expire ${TIMERS} requests once each, over a kill and with clocks that are an hour off`,
    async () => {
      const started = Date.now();
      const actionIds = await proposeAll();
      const ended = Date.now();
      const killed = await killDuringExpiry(started, ended);
      const wanted = actionIds.flatMap((actionId) => WHAT.map((what) => `${actionId} ${what}`)).sort();
      const found = await eventually(
        async () => {
          const all = await effects();
          expect(new Set(all.map(({ actionId, what }) => `${actionId} ${what}`)).size).toBe(wanted.length);
          return all;
        },
        { withinMs: 120_000, everyMs: 2_000 },
      );
      await system.ready('approval', 60_000);
      report(found, { seconds: Math.round((ended - started) / 1_000), killed });
      expect(found.map(({ actionId, what }) => `${actionId} ${what}`).sort()).toEqual(wanted);
      expect(found.filter(({ deadline, due }) => due < deadline)).toEqual([]);
      for (const isLate of [false, true])
        expect(found.some(({ what, published }) => what === 'RequestResolved' && published > killed === isLate)).toBe(
          true,
        );
      expect(caller.serverErrors).toEqual([]);
    },
    300_000 + TIMERS * 40,
  );
});

function report(effects: readonly Effect[], { seconds, killed }: { seconds: number; killed: number }): void {
  const wasDue = ({ deadline }: Effect): boolean => deadline < killed;
  const lines = [
    `timers: ${TIMERS} requests proposed in ${seconds} s`,
    `before the kill: ${lateness(effects.filter(wasDue))}`,
    `after it: ${lateness(effects.filter((effect) => !wasDue(effect)))}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
