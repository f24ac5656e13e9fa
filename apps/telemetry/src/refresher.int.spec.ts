import { eventually, testEngine } from '@countersign/testing';
import { Refresher } from './refresher.js';
import { testDatabase } from './testing/database.js';
import type { TestDatabase } from './testing/database.js';
import { rowOf } from './testing/log.js';
import type { LoggedRecord } from './testing/log.js';
import { tellStories } from './testing/story.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const { log, told } = tellStories(5, 2);

describe('the refresher', () => {
  let database: TestDatabase;
  let refresher: Refresher;

  beforeAll(async () => {
    database = await testDatabase(await testEngine());
    refresher = new Refresher({ derive: database.derive, log: silent, gatherMs: 20, gatherDaysMs: 8_000 });
  }, 60_000);
  afterAll(async () => {
    await refresher?.close();
    await database?.drop();
  });

  const recordsOf = (actionId: string): LoggedRecord[] =>
    log.records.filter((record) => rowOf(record).action_id === actionId);

  const showsInAudit = async (actionId: string): Promise<void> => {
    const rows = recordsOf(actionId).map(rowOf);
    await database.engine.insert('event_rows', rows, actionId);
    refresher.touch(rows);
    const count = `SELECT count() AS n FROM audit WHERE action_id = '${actionId}'`;
    await eventually(async () => expect(await database.engine.rows(count)).toEqual([{ n: '1' }]), { withinMs: 4_000 });
  };

  it('does not let an action wait for the daily metrics of the one before', async () => {
    const [first, second] = told.map(({ action }) => action.action_id);
    await showsInAudit(first ?? '');
    await showsInAudit(second ?? '');
  });
});
