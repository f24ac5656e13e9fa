import { CountersignError } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { ActionBody } from './action-body.js';
import { validate } from './validate.js';

const body = {
  ...{ run_id: 'r', agent: { id: 'a', version: '1' }, model: { id: 'm' } },
  ...{ action_type: 'refund', environment: 'staging', parameters: {} },
};

function pointerOf(changes: { [member: string]: JsonValue }): string | undefined {
  try {
    validate(ActionBody, { ...body, ...changes });
  } catch (fault) {
    if (fault instanceof CountersignError && fault.code === 'invalid_action') return fault.details.pointer;
    throw fault;
  }
  return undefined;
}

describe('names and labels at the door', () => {
  const PLACES: [pointer: string, at: (text: string) => { [member: string]: JsonValue }][] = [
    ['/run_id', (text) => ({ run_id: text })],
    ['/agent/id', (text) => ({ agent: { id: text, version: '1' } })],
    ['/agent/version', (text) => ({ agent: { id: 'a', version: text } })],
    ['/model/id', (text) => ({ model: { id: text } })],
    ['/on_behalf_of', (text) => ({ on_behalf_of: text })],
    ['/target', (text) => ({ target: text })],
    ['/supersedes', (text) => ({ supersedes: text })],
  ];

  it.each(PLACES)('%s is a label', (pointer, at) => {
    for (const text of ['r1\u001b[1A', ' r', 'r\u200b', 'r\ufe0f', 'a\u00a0b', 'a  b', '\ue000', 'a\u3164', ''])
      expect(pointerOf(at(text))).toBe(pointer);
    for (const text of ['a b', 'Zoë 田中', 'x'.repeat(256), '😀'.repeat(256)])
      expect(pointerOf(at(text))).toBeUndefined();
    expect(pointerOf(at('😀'.repeat(257)))).toBe(pointer === '/target' ? undefined : pointer);
  });

  it('a target has 2,000 characters', () => {
    expect(pointerOf({ target: '😀'.repeat(2_000) })).toBeUndefined();
    expect(pointerOf({ target: 'x'.repeat(2_001) })).toBe('/target');
  });

  it.each(['Refund', 'refund ', 'r\u0435fund', 're/fund', 'a'.repeat(65), '', '1a'])('no action type: %j', (text) => {
    expect(pointerOf({ action_type: text })).toBe('/action_type');
    expect(pointerOf({ signals: { [text]: 1 } })).toBe(`/signals/${text.replaceAll('/', '~1')}`);
  });
});
