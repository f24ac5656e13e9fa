import { openRecord, SERVICES, TOPICS } from '@countersign/events';
import type { DeadLettered, MacKeys } from '@countersign/events';
import { addKey, newKey, readCredentials, rotateKey, rotateMacKey, writeCredentials } from '@countersign/service';
import type { KeyOwner } from '@countersign/service';
import { rotateSigningKeys } from '@countersign/token';
import { connectTo, readAll } from '@countersign/testing';
import { digestOfAction } from '@countersign/sdk';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { secretsFolderOf } from '../../apps/cli/src/shared/local-system.js';
import { refund } from './support/proposals.js';
import { world } from './support/system.js';
import { facts } from './support/world.js';

/** `COUNTERSIGN_LONG_ROTATION=1`: every 10 s for two minutes. */
const LONG = process.env['COUNTERSIGN_LONG_ROTATION'] === '1';
const [EVERY_MS, TIMES] = LONG ? [10_000, 12] : [1_000, 12];
/** A client may still have the key before the newest; a machine that stands still for a moment must not end its time. */
const OVERLAP_MS = EVERY_MS + (LONG ? EVERY_MS : 4_000);
const WORKERS = 4;

const agent: KeyOwner = { kind: 'agent', tenant: 'acme', id: 'refund-agent' };
const executor: KeyOwner = { kind: 'executor', tenant: 'acme', id: 'payments-executor' };

/** Keys of one owner as clients hold them: some have the newest, some still the one before. */
class Held {
  readonly all: string[] = [];
  readonly pick = (): string => this.all.at(-1 - Math.floor(Math.random() * 2)) ?? this.all[0] ?? '';
}

describe('rotation of keys under load', () => {
  const held = { agent: new Held(), executor: new Held() };
  const refusals: string[] = [];
  let done = 0;
  let isRunning = true;

  const change = (owner: KeyOwner, how: 'add' | 'rotate'): void => {
    const folder = secretsFolderOf(world().local);
    const present = readCredentials(join(folder, 'credentials.json'));
    const key = newKey(Date.now());
    const changed = how === 'add' ? addKey(present, owner, key) : rotateKey(present, owner, key, OVERLAP_MS);
    writeCredentials(folder, changed);
    held[owner.kind].all.push(key.secret);
  };

  const post = async (
    url: string,
    bearer: string,
    body: unknown,
    key = randomUUID(),
  ): Promise<Record<string, never>> => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', 'idempotency-key': key };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (response.status >= 400) refusals.push(`${response.status} ${text}`);
    return JSON.parse(text) as Record<string, never>;
  };

  /** Proposes, gets a token and redeems it, at any instance. */
  const work = async (): Promise<void> => {
    const { intake_url, approval_urls } = world().local;
    for (let turn = 0; isRunning; turn++) {
      const proposal = refund('40.00');
      const action: Record<string, unknown> = await post(`${intake_url}/v1/actions`, held.agent.pick(), proposal);
      const token = (action['grant'] as { token?: string } | null)?.token;
      if (token === undefined) continue;
      const { preconditions = null, ...what } = facts(proposal);
      const action_digest = digestOfAction({ ...what, preconditions });
      const body = { token, action_digest, environment: 'production', preconditions, request_id: randomUUID() };
      await post(`${approval_urls[turn % approval_urls.length]}/v1/grants/redeem`, held.executor.pick(), body);
      done += 1;
    }
  };

  const macKeys = (): Record<string, string[]> =>
    JSON.parse(readFileSync(join(secretsFolderOf(world().local), 'mac.json'), 'utf8')) as Record<string, string[]>;

  const rotateMacKeys = async (): Promise<void> => {
    for (const service of SERVICES) await rotateMacKey(secretsFolderOf(world().local), service);
  };

  /** Topics with records that only the newest keys verify, and the records that somebody took for forged. */
  const recordsUnderKeys = async () => {
    const connection = connectTo(world().local.kafka_brokers);
    const all = macKeys();
    const newest: MacKeys = Object.fromEntries(Object.entries(all).map(([service, keys]) => [service, keys.slice(-1)]));
    const letters = await readAll(connection, TOPICS.deadLetters);
    const forged = letters
      .map((record) => openRecord(record, all).event as DeadLettered)
      .filter(({ reason }) => reason.includes('mac'));
    const renewed: string[] = [];
    for (const topic of [TOPICS.actions, TOPICS.approvalLog, TOPICS.approvals]) {
      const records = await readAll(connection, topic);
      for (const record of records) openRecord(record, all);
      const isNew = (record: (typeof records)[number]): boolean => {
        try {
          return openRecord(record, newest) !== null;
        } catch {
          return false;
        }
      };
      if (records.some(isNew) && !records.every(isNew)) renewed.push(topic);
    }
    await connection.close();
    return { forged, renewed };
  };

  it('refuses nobody falsely, and the old keys once their time is over', async () => {
    for (const owner of [agent, executor]) change(owner, 'add');
    const workers = Array.from({ length: WORKERS }, work);
    const macs = rotateMacKeys();
    for (let turn = 0; turn < TIMES; turn++) {
      await sleep(EVERY_MS);
      for (const owner of [agent, executor]) change(owner, 'rotate');
      await rotateSigningKeys(join(secretsFolderOf(world().local), 'signing-keys.json'), Date.now());
    }
    await macs;
    await sleep(EVERY_MS);
    isRunning = false;
    await Promise.all(workers);
    console.info(
      `rotation: ${done} actions redeemed, ${TIMES} rotations every ${EVERY_MS} ms, ${refusals.length} refusals`,
    );
    expect(refusals).toEqual([]);
    expect(done).toBeGreaterThan(TIMES * 5);
    const { forged, renewed } = await recordsUnderKeys();
    expect(forged).toEqual([]);
    expect(renewed).toEqual([TOPICS.actions, TOPICS.approvalLog, TOPICS.approvals]);
    await sleep(OVERLAP_MS + 100);
    const old = held.agent.all.at(-2) ?? '';
    const { status } = await fetch(`${world().local.intake_url}/v1/actions`, {
      headers: { authorization: `Bearer ${old}` },
    });
    expect(status).toBe(401);
  }, 200_000);
});
