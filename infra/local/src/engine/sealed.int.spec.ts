import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { confinementHere } from './confinement.js';
import { startConfined } from '../../test/confined.js';
import type { Confined } from '../../test/confined.js';

/** A value that stands in a table closed to the analyst. */
const SECRET = 'what only the owner may read';
const MOST_FILES = 400;
const AT_A_TIME = 6;

describe('the folder of an engine, which its SQL can read', () => {
  let engine: Confined;
  let files: string[];

  beforeAll(async () => {
    engine = await startConfined(await confinementHere());
    await engine.ask('owner', 'CREATE TABLE kept.shut (n UInt8, s String CODEC(NONE)) ENGINE = MergeTree ORDER BY n');
    await expect(engine.ask('owner', `INSERT INTO kept.shut VALUES (1, '${SECRET}')`)).resolves.toBe('');
    // A statement that fails is a line of the log.
    await engine.ask('owner', `SELECT throwIf(1, '${SECRET}')`);
    await engine.ask('owner', `SELECT toUInt8('${SECRET}')`);
    const found = await readdir(join(engine.folder, 'ch'), { recursive: true, withFileTypes: true });
    files = found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  }, 60_000);
  afterAll(() => engine.close());

  it('holds tables, and nothing in clear that an analyst may not read', async () => {
    expect(files.some((file) => file.endsWith('data.bin'))).toBe(true);
    expect(files.length).toBeLessThan(MOST_FILES);
    const hash = createHash('sha256').update('pw').digest('hex');
    await expect(readFile(join(engine.folder, 'host.log'), 'utf8')).resolves.toContain(SECRET);
    for (const file of files) {
      const bytes = await readFile(file);
      for (const secret of [SECRET, hash]) expect([file, bytes.includes(secret)]).toEqual([file, false]);
    }
  });

  it('gives an analyst the bytes of its files, and none of them is a secret', async () => {
    const seen = files.map((file) => file.slice(join(engine.folder, 'ch').length));
    const answers: string[] = [];
    for (let at = 0; at < seen.length; at += AT_A_TIME)
      answers.push(
        ...(await Promise.all(
          seen.slice(at, at + AT_A_TIME).map((file) => engine.ask('reader', `SELECT file('${file}')`)),
        )),
      );
    expect(answers.some((text) => text.includes('<clickhouse>'))).toBe(true);
    expect(answers.filter((text) => text.includes(SECRET))).toEqual([]);
    await expect(engine.ask('reader', 'SELECT * FROM kept.shut')).resolves.toMatch(/^Code: 497\./);
    await expect(engine.ask('owner', 'SELECT any(s) FROM kept.shut')).resolves.toBe(SECRET);
  }, 60_000);
});
