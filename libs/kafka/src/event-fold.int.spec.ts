import { randomBytes } from 'node:crypto';
import { eventId, toRecord, topicConfigs, TOPICS } from '@countersign/events';
import type { MacKeys, Person, RosterChanged, WireRecord } from '@countersign/events';
import { connectTo, readAll, silentLog, testBroker } from '@countersign/testing';
import { createAppender } from './appender.js';
import { RosterReader } from './roster-reader.js';
import { ensureTopics } from './topics.js';
import type { Appender, KafkaConnection } from './port.js';

// Other suites of the run share the broker: what they wrote with keys of their own is not believed here.
const macKeys: MacKeys = { approval: randomBytes(32).toString('hex') };
const ISSUER = 'https://first.example.test';
const person: Person = {
  ...{ name: null, roles: ['finance'], teams: [], operates: [], alternates: [], absences: [], wip_limit: null },
};

const change = (subject: string, roles: string[] | null, timeMs: number): WireRecord => {
  const event: RosterChanged = {
    ...{ tenant: 'acme', subject, issuer: null, person: roles === null ? null : { ...person, roles } },
    ...{ source: 'api', content_hash: `sha256:${timeMs}`, changed_by_issuer: null, changed_by: 'max', reason: null },
  };
  const what = { topic: TOPICS.roster, name: 'RosterChanged' as const, event, key: `acme|${subject}` };
  return toRecord({ ...what, id: eventId(subject, timeMs), timeMs, service: 'approval', macKeys });
};

describe('the reader of small topics', () => {
  let connection: KafkaConnection;
  let appender: Appender;
  const readers: RosterReader[] = [];

  beforeAll(async () => {
    connection = connectTo((await testBroker()).brokers);
    appender = createAppender(connection);
    await ensureTopics(connection, topicConfigs);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(readers.map((reader) => reader.close()));
    await appender.close();
    await connection.close();
  });

  const reader = async (): Promise<RosterReader> => {
    const made = new RosterReader({
      ...{ connection, macKeys, log: silentLog, service: 'spec', issuers: [{ issuer: ISSUER }, { issuer: 'b' }] },
    });
    readers.push(made);
    await made.start();
    return made;
  };
  const rolesOf = (from: RosterReader, subject: string, issuer = ISSUER) =>
    from.rolesOf({ tenant: 'acme', subject, issuer, roles: ['token'] });

  it('takes nothing back when records of before are put again, also at its next start', async () => {
    const now = Date.now();
    const [given, taken] = [change('ann', ['finance', 'admin'], now), change('ann', null, now + 1)];
    await appender.append([given, taken]);
    const running = await reader();
    expect(rolesOf(running, 'ann')).toBeNull();
    await appender.append([given, change('ann', ['legal'], now - 1), given]);
    await running.settled();
    expect(rolesOf(running, 'ann')).toBeNull();
    expect(rolesOf(await reader(), 'ann')).toBeNull();
    await appender.append([change('ann', ['legal'], now + 2), taken]);
    await running.settled();
    expect(rolesOf(running, 'ann')).toEqual(['legal']);
  }, 60_000);

  it('starts over what it cannot believe', async () => {
    const bob = change('bob', ['finance'], Date.now());
    const { headers } = bob;
    await appender.append([
      { ...bob, value: Buffer.from('junk') },
      { ...bob, headers: {} },
      { ...bob, headers: { ...headers, ce_time: new Date(Date.now() + 1_000).toISOString() } },
      { ...bob, key: 'acme|cat' },
      bob,
    ]);
    expect(rolesOf(await reader(), 'bob')).toEqual(['finance']);
  }, 60_000);

  it('writes later than everything it has read, whatever its own clock says', async () => {
    const running = await reader();
    const ahead = Date.now() + 60_000;
    await appender.append([change('dan', ['finance'], ahead)]);
    await running.settled();
    await running.fold.write((timeMs) => [change('dan', null, timeMs)], { appender });
    expect(rolesOf(running, 'dan')).toBeNull();
  }, 60_000);

  it('writes again when somebody else was later with the same', async () => {
    const [one, other] = [await reader(), await reader()];
    const times: number[] = [];
    await Promise.all(
      [one, other].map((from, index) =>
        from.fold.write(
          (timeMs) => {
            times.push(timeMs);
            // The clocks differ by a minute, and neither has read what the other is about to write.
            return [change('eve', [`of-${index}`], timeMs + (index === 0 && times.length < 3 ? 60_000 : 0))];
          },
          { appender },
        ),
      ),
    );
    await Promise.all([one.settled(), other.settled()]);
    expect(rolesOf(one, 'eve')).toEqual(rolesOf(other, 'eve'));
    const read = await readAll(connection, TOPICS.roster);
    expect(read.length).toBeGreaterThan(1);
  }, 60_000);

  it('keeps people of two issuers apart', async () => {
    await appender.append([change('fay', ['finance'], Date.now())]);
    const running = await reader();
    expect([rolesOf(running, 'fay'), rolesOf(running, 'fay', 'b')]).toEqual([['finance'], ['token']]);
  }, 60_000);
});
