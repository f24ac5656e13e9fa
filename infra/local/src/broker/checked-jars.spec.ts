import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkJars } from './checked-jars.js';
import { SetupError } from '../setup-error.js';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the jars of the broker', () => {
  let folder: string;
  let list: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-jars-'));
    list = join(folder, 'jars.sha256');
    await writeFile(join(folder, 'a.jar'), 'a');
    await writeFile(join(folder, 'b.jar'), 'b');
    await writeFile(join(folder, 'README'), 'of no interest');
    await writeFile(list, `${hashOf('a')}  a.jar\n${hashOf('b')}  b.jar\n`);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are those of the list', async () => {
    await expect(checkJars(folder, list)).resolves.toBeUndefined();
  });

  it.each([
    ['another one under the same name', () => writeFile(join(folder, 'b.jar'), 'c'), /b\.jar has the SHA-256/],
    ['one more', () => writeFile(join(folder, 'c.jar'), 'c'), /c\.jar is not in the list/],
    ['one less', () => rm(join(folder, 'a.jar')), /a\.jar is missing/],
  ])('are refused with %s, in one line', async (_name, change, message) => {
    await change();
    const refused = await checkJars(folder, list).catch((error: unknown) => error as Error);
    expect(refused).toBeInstanceOf(SetupError);
    expect(refused?.message).toMatch(message);
    expect(refused?.message).not.toContain('\n');
  });
});
