import { faults, incompatibilities } from './schema-compat.mjs';

const record = (...fields: object[]): object => ({ type: 'record', name: 'R', fields });
const id = { name: 'id', type: 'string' };

describe('FULL_TRANSITIVE', () => {
  it('accepts a new field with a default', () => {
    expect(
      incompatibilities(record(id), record(id, { name: 'note', type: ['null', 'string'], default: null })),
    ).toEqual([]);
  });

  it('refuses a new field without one, a removed one, and a changed type', () => {
    expect(incompatibilities(record(id), record(id, { name: 'n', type: 'int' }))).toHaveLength(1);
    expect(incompatibilities(record(id, { name: 'n', type: 'int' }), record(id))).toHaveLength(1);
    expect(incompatibilities(record({ name: 'n', type: 'int' }), record({ name: 'n', type: 'string' }))).toHaveLength(
      2,
    );
  });

  it('refuses dangerous schemas', () => {
    expect(faults(record({ name: 'e', type: { type: 'enum', name: 'E', symbols: ['a'] } }))).toHaveLength(1);
    expect(faults(record({ name: 'a', type: { type: 'array', items: 'null' } }))).toHaveLength(1);
    expect(faults(record({ name: 'a', type: { type: 'array', items: 'string' } }))).toEqual([]);
  });
});
