import { stat } from 'node:fs/promises';
import { ANALYST_SETTINGS } from './analyst-profile.js';
import { confinementHere } from './confinement.js';
import { CANARY, startConfined } from '../../test/confined.js';
import type { Confined } from '../../test/confined.js';

/** Fewer than the engine answers one analyst at a time. */
const AT_A_TIME = 6;
const TEMPLATES = [
  'format_template_row',
  'format_template_resultset',
  'format_schema',
  'format_avro_schema_registry_url',
];

describe('an analyst of the engine', () => {
  let engine: Confined;
  const tell = (sql: string): Promise<string> => engine.ask('reader', sql);
  const hear = async (statements: readonly string[]): Promise<string[]> => {
    const answers: string[] = [];
    for (let at = 0; at < statements.length; at += AT_A_TIME)
      answers.push(...(await Promise.all(statements.slice(at, at + AT_A_TIME).map(tell))));
    return answers;
  };
  const expectNothingOfTheHost = (answers: readonly string[]): void => {
    expect(answers.filter((text) => text.includes(CANARY))).toEqual([]);
    expect(engine.asked()).toBe(0);
  };
  const places = (): string[] => [engine.canary, engine.url];

  beforeAll(async () => {
    engine = await startConfined(await confinementHere());
  }, 60_000);
  afterAll(() => engine.close());

  it('gets no file and no URL by any function', async () => {
    const names = await engine.rows('SELECT name FROM system.functions');
    expect(names.length).toBeGreaterThan(1_000);
    const one = names.flatMap((name) => places().map((at) => `SELECT \`${name}\`('${at}')`));
    const words = "'(?i)file|path|url|model|http|server'";
    const pathy = await engine.rows(
      `SELECT name FROM system.functions WHERE match(concat(name, description, syntax, arguments), ${words})`,
    );
    expect(pathy).toContain('file');
    const two = pathy.flatMap((name) => places().map((at) => `SELECT \`${name}\`('${at}', '${at}')`));
    expectNothingOfTheHost(await hear([...one, ...two]));
  }, 180_000);

  it('gets no file and no URL by any table function', async () => {
    const names = await engine.rows('SELECT name FROM system.table_functions');
    expect(names).toEqual(expect.arrayContaining(['file', 'url', 's3', 'remote', 'executable']));
    const calls = places().flatMap((at) => [
      `'${at}'`,
      `'${at}', 'LineAsString'`,
      `'${at}', 'LineAsString', 's String'`,
    ]);
    const statements = names.flatMap((name) => calls.map((args) => `SELECT * FROM \`${name}\`(${args})`));
    expectNothingOfTheHost(await hear(statements));
  }, 180_000);

  it('gets no file by any format, and writes none', async () => {
    const names = await engine.rows('SELECT name FROM system.formats');
    const { canary } = engine;
    const statements = names.flatMap((name) => [
      ...TEMPLATES.map((setting) => `SELECT 'x' AS x FORMAT ${name} SETTINGS ${setting} = '${canary}'`),
      `SELECT * FROM format('${name}', '${canary}')`,
    ]);
    statements.push(`SELECT 1 INTO OUTFILE '${canary}.out'`, `SELECT 1 INTO OUTFILE '${canary}' APPEND`);
    const answers = await hear(statements);
    expectNothingOfTheHost(answers);
    await expect(stat(`${canary}.out`)).rejects.toThrow('ENOENT');
  }, 60_000);

  it('changes the settings that are listed and no other', async () => {
    const listed = ANALYST_SETTINGS.map((name) => `'${name}'`).join(', ');
    const text = await tell(
      `SELECT name, value, type FROM system.settings WHERE if(alias_for = '', name, alias_for) NOT IN (${listed}) FORMAT TSVRaw`,
    );
    const shut = text.split('\n').map((line) => line.split('\t'));
    expect(shut.length).toBeGreaterThan(1_000);
    const other = (value = '', type = ''): string => {
      if (type === 'Bool') return String(1 - Number(value));
      return /^\d+$/.test(value) ? String(Number(value) + 1) : `'${engine.canary}'`;
    };
    const answers = await hear(shut.map(([name, value, type]) => `SELECT 1 SETTINGS ${name} = ${other(value, type)}`));
    const open = shut.filter((_, index) => !answers[index]?.startsWith('Code: '));
    expect(open.map(([name]) => name)).toEqual([]);
  }, 60_000);

  it.each([
    ['max_execution_time', 0],
    ['max_execution_time', 3_600],
    ['max_memory_usage', 0],
    ['max_memory_usage', 10_000_000_000],
    ['max_threads', 64],
    ['max_result_rows', 0],
    ['max_result_bytes', 0],
  ])('does not set %s to %d', async (name, value) => {
    await expect(tell(`SELECT 1 SETTINGS ${name} = ${value}`)).resolves.toMatch(/^Code: 452\./);
  });

  it('is answered eight questions at a time', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => tell('SELECT sleep(1)')));
    expect(answers.filter((text) => text.startsWith('Code: 202.')).length).toBeGreaterThanOrEqual(1);
  });

  it('keeps the bounds where another profile is asked for', async () => {
    const session = '&session_id=other-profile';
    await engine.ask('reader', "SET profile = 'service'", session);
    const answer = engine.ask('reader', 'SELECT 1 SETTINGS max_execution_time = 0', session);
    await expect(answer).resolves.toMatch(/^Code: 452\./);
  });
});
