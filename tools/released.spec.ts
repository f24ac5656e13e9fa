import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registryOf, releasedEntries } from './released.mjs';
import { incompatibilities } from './schema-compat.mjs';

const schema = (name: string, version: number, sha256: string) => {
  const file = `schemas/a/${name}.v${version}.avsc`;
  return { file, subject: `a-${name}`, version, sha256 };
};

describe('schemas and releases', () => {
  const root = mkdtempSync(join(tmpdir(), 'countersign-released-'));
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args]);
  const commit = (registry: object[]): void => {
    mkdirSync(join(root, 'schemas'), { recursive: true });
    writeFileSync(join(root, 'schemas/registry.json'), JSON.stringify(registry));
    git('add', '.');
    git('commit', '-qm', 'x');
  };
  afterAll(() => rmSync(root, { recursive: true }));

  it('are edited in place before the first tag, and frozen by it', () => {
    git('init', '-q');
    const [one, two] = [schema('one', 1, 'x'), schema('two', 1, 'y')];
    commit(registryOf([one, two], releasedEntries(root)));
    expect(registryOf([{ ...one, sha256: 'edited' }], releasedEntries(root))).toEqual([
      { ...one, sha256: 'edited', id: 1 },
    ]);

    git('tag', 'v0.1.0');
    const released = releasedEntries(root);
    expect(() => registryOf([{ ...one, sha256: 'edited' }, two], released)).toThrow(
      'one.v1.avsc is released and was edited',
    );
    expect(() => registryOf([two], released)).toThrow('one.v1.avsc is released and must stay');
    const between = schema('once', 1, 'z');
    expect(registryOf([between, one, two], released).map(({ file, id }) => [file, id])).toEqual([
      [one.file, 1],
      [two.file, 2],
      [between.file, 3],
    ]);
  });

  it('keep what any tag holds', () => {
    const [one, two, three] = [schema('one', 1, 'x'), schema('two', 1, 'y'), schema('three', 1, 'z')];
    commit(registryOf([one, three, two], releasedEntries(root)));
    git('tag', 'v0.2.0');
    expect(() => registryOf([one, two], releasedEntries(root))).toThrow('three.v1.avsc is released and must stay');
  });

  it('cannot be judged where the tags are unknown', () => {
    const shallow = mkdtempSync(join(tmpdir(), 'countersign-shallow-'));
    try {
      execFileSync('git', ['clone', '-q', '--depth', '1', `file://${root}`, shallow]);
      expect(() => releasedEntries(shallow)).toThrow('git fetch --unshallow --tags');
    } finally {
      rmSync(shallow, { recursive: true });
    }
  });

  it('then change by a version that reads and is read by every other', () => {
    const id = { name: 'id', type: 'string' };
    const record = (...fields: object[]): object => ({ type: 'record', name: 'R', fields });
    expect(incompatibilities(record(id), record(id, { name: 'n', type: 'int' }))).toHaveLength(1);
  });
});
