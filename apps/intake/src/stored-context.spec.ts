import { keyedHash } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { admit } from './admit.js';
import { termsUnder } from './testing/terms-under.js';

const KEY = { key_id: 'k7', key: '0f'.repeat(32) };
const proposer = { id: 'a', tenant: 'acme', environments: ['production'], operators: [] };
const context = { prompt: 'CANARY-1', inputs: ['CANARY-2', { b: 7 }], output: null, model: 'CANARY-3', more: 1 };

function admitted(term: string, changed: JsonValue = context) {
  const termsOf = termsUnder(['act'], () => `action_type: act\n${term}\n`);
  const head = { run_id: 'r', agent: { id: 'a', version: '1' }, model: { id: 'm' }, action_type: 'act' };
  const body = { ...head, environment: 'production', parameters: {}, context: changed } as JsonValue;
  return admit({ body, idempotency_key: 'k', via: 'http' }, proposer, { keys: { acme: KEY }, termsOf, nowMs: 0 });
}
const stored = (term: string, changed?: JsonValue): unknown => JSON.parse(admitted(term, changed).context ?? 'null');

describe('the context of an action', () => {
  it('is kept as given where its type says nothing', () => expect(stored('')).toEqual(context));

  it('is one keyed hash each of prompt, inputs, output and all others, with sizes', () => {
    const one = (value: JsonValue, size: number) => ({ hash: keyedHash(value, KEY), size });
    expect(stored('context: hash')).toEqual({
      prompt: one('CANARY-1', 10),
      inputs: one(context.inputs, 20),
      output: null,
      other: one({ model: 'CANARY-3', more: 1 }, 29),
    });
    expect(stored('context: hash', { prompt: 'x' })).toEqual({ prompt: one('x', 3) });
    expect(stored('context: hash\nsensitive: [/context/prompt]', { prompt: 'x' })).toEqual({ prompt: one('x', 3) });
  });

  it('is left out', () => expect(stored('context: omit')).toBeNull());

  it('has hashes in it where its type says so', () => {
    expect(stored('sensitive: [/context/inputs/0]')).toEqual({
      ...context,
      inputs: [keyedHash('CANARY-2', KEY), { b: 7 }],
    });
  });

  it.each(['', 'context: hash', 'context: omit', 'sensitive: [/context]'])('tells two bodies apart: %j', (term) => {
    expect(admitted(term).body_hash).toBe(admitted(term).body_hash);
    for (const other of [{ ...context, prompt: 'x' }, { ...context, more: 2 }, null])
      expect(admitted(term, other).body_hash).not.toBe(admitted(term).body_hash);
  });

  it('costs no more hashed than read: a list of numbers is one hash', () => {
    const wide = { inputs: Array.from({ length: 100_000 }, () => 1) };
    expect(JSON.stringify(stored('context: hash', wide)).length).toBeLessThan(200);
  });
});
