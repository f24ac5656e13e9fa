import { randomBytes } from 'node:crypto';
import { topicConfigs } from '@countersign/events';
import { createAppender, ensureTopics } from '@countersign/kafka';
import { createLogger, RosteredAuth } from '@countersign/service';
import { connectTo, testBroker } from '@countersign/testing';
import { RosterLog } from '../src/roster/roster-log.js';
import type { NewEntry } from '../src/roster/roster-log.js';
import { startPeople } from './people.js';

const BEHIND_MS = 700;

describe('an instance that reads the roster late', () => {
  it('obeys a change from its answer on', async () => {
    const connection = connectTo((await testBroker()).brokers);
    await ensureTopics(connection, topicConfigs);
    const appender = createAppender(connection);
    const people = await startPeople();
    const shared = {
      issuers: people.issuers,
      connection,
      appender,
      macKeys: { approval: randomBytes(32).toString('hex') },
    };
    const logs = [0, BEHIND_MS].map(
      (lingerMs) => new RosterLog({ ...shared, log: createLogger('test', 'error'), lingerMs }),
    );
    const [prompt, late] = logs as [RosterLog, RosterLog];
    try {
      await Promise.all(logs.map((log) => log.start()));
      const auth = new RosteredAuth(people.issuers, late);
      const bearer = await people.bearer('zoe', ['finance']);
      const off = {
        tenant: 'acme',
        subject: 'zoe',
        issuer: null,
        person: null,
        source: 'api',
        changed_by_issuer: null,
      };
      expect((await auth.authenticate(bearer)).roles).toEqual(['finance']);
      await prompt.change([{ ...off, changed_by: 'max', reason: null } satisfies NewEntry]);
      expect(late.roster.size).toBe(0);
      await expect(auth.authenticate(bearer)).rejects.toMatchObject({ code: 'forbidden' });
      const reading = new RosteredAuth(people.issuers, prompt).authenticateReader(bearer);
      await expect(reading).rejects.toMatchObject({ code: 'forbidden' });
    } finally {
      await Promise.allSettled([...logs.map((log) => log.close()), people.close()]);
      await appender.close();
      await connection.close();
    }
  }, 60_000);
});
