import { testEngine } from '@countersign/testing';
import { testDatabase } from './testing/database.js';
import type { TestDatabase } from './testing/database.js';
import { tellStories } from './testing/story.js';

const { log, told } = tellStories(3, 60);
const voted = told.filter((story) => story.votes.length > 0).length;

describe('what a crash left out', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase(await testEngine());
    await database.load(log.records);
  }, 60_000);
  afterAll(() => database?.drop());

  it.each(['audit_rows', 'vote_rows', 'label_rows'])('is found in %s alone, and made good', async (table) => {
    const settled = (await database.derive.staleActions()).length;
    const before = await database.engine.rows(`SELECT * FROM ${table} FINAL ORDER BY ALL`);
    expect(before.length).toBeGreaterThan(0);
    await database.engine.command(`TRUNCATE TABLE ${table}`);
    const stale = await database.derive.staleActions();
    expect(stale.length).toBeGreaterThan(settled);
    if (table === 'vote_rows') expect(stale.length).toBeGreaterThanOrEqual(voted);
    const name = ({ audit_rows: 'audit', vote_rows: 'votes', label_rows: 'labels' } as const)[table as 'audit_rows'];
    await database.derive.refresh(name, stale);
    expect(await database.engine.rows(`SELECT * FROM ${table} FINAL ORDER BY ALL`)).toEqual(before);
  });
});
