import type { PolicyAction } from '../action.js';
import { decide } from '../decide.js';
import { loadPolicy } from '../load-policy.js';
import type { PolicyVersion } from '../policy-version.js';
import { referenceDifferences } from '../reference/compare.js';
import { derivedAfter, deriveMembers, saysTheSame } from './derive.js';
import { termsOf } from './type-terms.js';

const REST = 'gates: { g: { quorum: 1, roles: [r] } }\nfallback: g\n';
const policyOf = (types: string, more = '') => loadPolicy(`name: p\naction_types:\n${types}${more}${REST}`, 'p.yaml');
function versionOf(types: string, tenant = '*'): PolicyVersion {
  const { policy, problems } = policyOf(types, `tenant: '${tenant}'\n`);
  if (policy === null) throw new Error(JSON.stringify(problems));
  return { policy, version: 1 };
}

const action = (changes: Partial<PolicyAction>): PolicyAction => ({
  ...{ action_type: 'pay', environment: 'production', target: null, on_behalf_of: null, agent_version: '1' },
  ...{ model_id: 'm', confidence: null, parameters: {}, signals: null, before: null, after: null },
  ...changes,
});

describe('terms of a type', () => {
  const one = versionOf('  pay: { sensitive: [/parameters/a, /parameters/a/b, /before/name] }\n');
  const two = versionOf(
    '  pay: { sensitive: [/parameters/c], preconditions: [etag], preconditions_required: true, after: { x: { from: /parameters/c } } }\n',
  );
  const foreign = versionOf('  pay: { sensitive: [/signals/z] }\n', 'globex');

  it('are the union of what every policy of the tenant calls sensitive, also one that only watches', () => {
    const { sensitive, required, after } = termsOf({ active: [one, foreign], shadows: [two] }, 'acme', 'pay');
    expect(sensitive).toEqual([
      '/after/name',
      '/after/x',
      '/before/name',
      '/before/x',
      '/parameters/a',
      '/parameters/c',
    ]);
    expect({ required, after }).toEqual({ required: [], after: [] });
    expect(termsOf({ active: [two], shadows: [] }, 'acme', 'pay')).toMatchObject({ required: ['etag'], after: [{}] });
    expect(termsOf({ active: [one], shadows: [] }, 'acme', 'other').sensitive).toEqual([]);
  });
});

describe('the whole of after', () => {
  const left = { left: { subtract: ['/before/left', '/parameters/paid'] } };
  const states = { before: { left: '10', note: 'x' }, parameters: { paid: '4' } };

  it('is before with every member that follows', () => {
    expect(derivedAfter([left], states)).toEqual({ left: '6', note: 'x' });
  });

  it.each([
    ['nothing is declared', [], states],
    ['a member cannot be derived', [{ ...left, total: { from: '/parameters/total' } }], states],
    ['two declarations differ', [left, { left: { constant: '7' } }], states],
  ])('is unknown when %s', (_what, declared, given) => expect(derivedAfter(declared, given)).toBeNull());
});

describe('members of after', () => {
  const derive = (declared: string, states: object) => {
    const { after } = versionOf(`  pay: { after: { m: ${declared} } }\n`).policy.types.get('pay') ?? {};
    return deriveMembers(after ?? {}, states as never)[0]?.value;
  };
  const usd = (value: string) => ({ value, currency: 'USD' });

  it.each<[string, object, unknown]>([
    ['{ from: /parameters/a }', { parameters: { a: [1] }, before: {} }, [1]],
    ['{ from: /parameters/a }', { parameters: {}, before: {} }, undefined],
    ['{ constant: done }', { parameters: {}, before: {} }, 'done'],
    ['{ constant: null }', { parameters: {}, before: {} }, null],
    ['{ add: [/before/a, /parameters/b] }', { before: { a: '1.5' }, parameters: { b: '2' } }, '3.5'],
    ['{ add: [/before/a, /parameters/b] }', { before: { a: usd('1.5') }, parameters: { b: '2' } }, usd('3.5')],
    [
      '{ add: [/before/a, /parameters/b] }',
      { before: { a: usd('1') }, parameters: { b: { value: '1', currency: 'EUR' } } },
      undefined,
    ],
    ['{ add: [/before/a, /parameters/b] }', { before: { a: '1.555' }, parameters: { b: usd('1') } }, undefined],
    ['{ add: [/before/a, /parameters/b] }', { before: { a: 1 }, parameters: { b: '1' } }, undefined],
    [
      '{ add: [/before/a, /parameters/b], currency: /before/c }',
      { before: { a: '1', c: 'EUR' }, parameters: { b: usd('1') } },
      undefined,
    ],
    [
      '{ add: [/before/a, /parameters/b], currency: /before/c }',
      { before: { a: '1', c: 7 }, parameters: { b: '1' } },
      undefined,
    ],
    ['{ subtract: [/before/a, /parameters/b] }', { before: { a: '1.00' }, parameters: { b: '2.50' } }, '-1.50'],
    ['{ subtract: [/before/a, /parameters/b] }', { before: { a: '1' }, parameters: { b: '-2' } }, '3'],
    ['{ merge: [/before/o, /parameters] }', { before: { o: { x: 1, y: 1 } }, parameters: { y: 2 } }, { x: 1, y: 2 }],
    ['{ merge: [/before/o, /parameters] }', { before: { o: [1] }, parameters: { y: 2 } }, undefined],
  ])('%s of %j is %j', (declared, states, value) => {
    expect(derive(declared, states)).toEqual(value);
  });

  it('say the same when amounts are worth the same, and else only when equal', () => {
    expect(saysTheSame('6000', '6000.00')).toBe(true);
    expect(saysTheSame(usd('1'), usd('1.00'))).toBe(true);
    expect(saysTheSame(usd('1'), { value: '1', currency: 'EUR' })).toBe(false);
    expect(saysTheSame({ b: 1, a: 2 }, { a: 2, b: 1 })).toBe(true);
    expect(saysTheSame(6000, '6000')).toBe(false);
  });

  it.each([
    ['{ from: /signals/a }', /into `before` or `parameters`/],
    ['{ from: /before/a, constant: 1 }', /exactly one of/],
    ['{}', /exactly one of/],
    ['{ from: /before/a, currency: /before/c }', /`currency` beside/],
    ['{ add: [/before/a] }', /./],
    ['{ multiply: [/before/a, /before/b] }', /no field `multiply`/],
  ])('are refused at their place: %s', (declared, message) => {
    const { problems } = policyOf(`  pay: { after:\n          { m: ${declared} } }\n`);
    expect(problems[0]).toMatchObject({ line: 4, message: expect.stringMatching(message) as string });
    expect(problems[0]?.column).toBeGreaterThan(12);
  });
});

describe('a fact whose value is a keyed hash', () => {
  const { policy } = versionOf(`  pay:
    facts: { note: { at: /parameters/note/text, type: string }, tags: { at: /parameters/tags, type: strings } }
    preconditions: [etag, a~b]
rules:
  - { name: told, when: note != "secret", then: allow }
  - { name: tagged, when: '!("bad" in tags)', then: allow }
  - { name: there, when: present.note, then: allow }
`);
  const decided = (changes: Partial<PolicyAction>) => {
    const asked = action(changes);
    expect(referenceDifferences(policy, asked)).toEqual([]);
    return decide({ policy, version: 1 }, asked);
  };
  const hash = 'hmac-sha256:k1:00';

  it('is not known, whoever says that it is hidden, and is present', () => {
    const plain = decided({ parameters: { note: { text: 'x' }, tags: ['a'] } });
    expect(plain).toMatchObject({ rule: 'told', effective_decision: 'allow', unknown: [] });
    for (const hidden of [{ hidden: ['/parameters/note'] }, { hidden: ['/parameters/note/text/x'] }])
      expect(decided({ parameters: { note: { text: 'withheld' }, tags: ['a'] }, ...hidden })).toMatchObject({
        unknown: ['/parameters/note/text'],
      });
    const hashed = decided({ parameters: { note: { text: hash }, tags: ['a', hash] } });
    expect(hashed.unknown).toEqual(['/parameters/note/text', '/parameters/tags']);
    expect(hashed.trail.find(({ rule }) => rule === 'there')?.result).toBe(true);
  });

  it('cannot loosen: a condition that it would make true may be false', () => {
    const rules = `  pay: { facts: { note: { at: /parameters/note, type: string } } }
rules: [{ name: told, when: note != "secret", then: allow }]
`;
    const strict = versionOf(rules);
    const asked = action({ parameters: { note: 'withheld' }, hidden: ['/parameters/note'] });
    expect(decide(strict, asked).effective_decision).toBe('require_approval');
    expect(referenceDifferences(strict.policy, asked)).toEqual([]);
  });

  it('that stands below one hash may be there or not', () => {
    const rules = `  pay: { facts: { note: { at: /parameters/note/text, type: string } } }
rules: [{ name: absent, when: '!present.note', then: allow }, { name: there, when: present.note, then: allow }]
`;
    const strict = versionOf(rules);
    const asked = (changes: Partial<PolicyAction>) => {
      expect(referenceDifferences(strict.policy, action(changes))).toEqual([]);
      return decide(strict, action(changes));
    };
    const hidden = { parameters: { note: hash }, hidden: ['/parameters/note'] };
    expect(asked({ parameters: {} })).toMatchObject({ rule: 'absent', effective_decision: 'allow' });
    expect(asked(hidden)).toMatchObject({ effective_decision: 'require_approval' });
    expect(asked({ parameters: { note: { text: hash } }, hidden: ['/parameters/note/text'] }).rule).toBe('there');
  });

  it('makes declared preconditions that are not stated unknown, where anything is known of them', () => {
    expect(decided({ preconditions: { 'a~b': null } }).unknown).toEqual(
      expect.arrayContaining(['/preconditions/etag', '/preconditions/a~0b']),
    );
    expect(decided({ preconditions: { etag: 0, 'a~b': '1' } }).unknown.join()).not.toContain('preconditions');
    expect(decided({}).unknown.join()).not.toContain('preconditions');
  });
});

it('velocity over what is sensitive is refused, with its place', () => {
  const { problems } = policyOf(
    '  pay: { facts: { sum: { at: /parameters/sum, type: money, currency: USD } }, sensitive: [/parameters] }\n',
    'velocity: { spent: { key: target, window: 1h, sum: sum } }\n',
  );
  expect(problems.map(({ line, column, pointer }) => [line, column, pointer])).toEqual([
    [4, 52, '/velocity/spent/sum'],
  ]);
});
