import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { PolicyAction } from './action.js';
import { decide } from './decide.js';
import { loadPolicy } from './load-policy.js';

const POLICY = `name: posts
action_types:
  social_post:
    facts:
      text: { at: /parameters/text, type: string }
      confidence: { at: /confidence, type: number, min: 0, max: 1 }
      anomaly: { at: /signals/anomaly, type: bool }
      spend: { at: /parameters/spend, type: money, currency: USD }
rules:
  - name: promises
    when: mentions(text, ["guarantee*", "risk-free", "refund policy", "保証", "Müller"])
    then: require_approval
    gate: legal
  - { name: dear, when: 'spend > money("500.00", "USD")', then: require_approval, gate: threshold }
  - { name: published, when: 'text != "draft"', then: require_approval, gate: production-only }
  - { name: routine, then: require_approval, gate: exceptions }
gates:
  legal: { quorum: 1, roles: [legal] }
  threshold: { pattern: threshold, quorum: 2, roles: [lead] }
  production-only: { pattern: environment, environments: [production], quorum: 1, roles: [lead] }
  exceptions: { pattern: exception-only, exceptions: [confidence < 0.9, anomaly], quorum: 1, roles: [editor] }
fallback: legal
`;

const load = (text: string) => {
  const { policy, problems } = loadPolicy(text, 'posts.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
};
const policy = load(POLICY);
const calm = { text: 'Our shop opens at nine.', spend: { value: '1.00', currency: 'USD' } };
const decided = (parameters: object, over: Partial<PolicyAction> = {}, by = policy) => {
  const action = { action_type: 'social_post', environment: 'staging', confidence: 0.95, parameters, ...over };
  const nothing = { target: null, on_behalf_of: null, agent_version: 'v', model_id: 'm', before: null, after: null };
  return decide({ policy: by, version: 1 }, { ...nothing, signals: { anomaly: false }, ...action } as PolicyAction);
};
const rest = load(POLICY.replace(/ {2}- \{ name: published.*\n/, ''));
const routine = (over: Partial<PolicyAction> = {}) => decided(calm, over, rest);

describe('keyword filters', () => {
  const post = (text: string) => decided({ ...calm, text }).gate?.name ?? null;

  it.each([
    'We GUARANTEE results.',
    'It is guaranteed!',
    'A ｇｕａｒａｎｔｅｅ for you',
    'guar\u200bantee',
    'gu\u00adarantee',
    'gu\u0430rantee',
    'g\u0301uarantee',
    'entirely risk free',
    'Risk\u2011Free!',
    'see our refund   policy.',
    '全品保証付き',
    'ask Mueller or MÜLLER',
    'guar\u3164antee',
    'gu\ufe0farantee',
    'guar\u2800antee',
    'guar\u{e0061}antee',
    'guarant\u0435\u0435',
    'guarantee\u0501',
    'ris\u{1d424}-free',
    'r\u0456sk-free',
    'guar<b></b>antee',
    'guar<!-- -->antee',
    'guar&shy;antee',
    'gu&#97;rantee',
    'gu&#x61;rantee',
    'gua**ran**tee',
  ])('ask the lawyer about %j', (text) => expect(post(text)).toBe('legal'));

  it.each(['We open at nine.', 'risk and free', 'no refund, no policy', 'a warrantee', 'Muller-Thurgau'.slice(8)])(
    'let %j be',
    (text) => expect(post(text)).toBeNull(),
  );

  it.each([
    '\u0262\u1d1c\u1d00\u0280\u1d00\u0274\u1d1b\u1d07\u1d07',
    'a \ue000 b',
    '\u{1f1ec}\u{1f1fa}\u{1f1e6}',
    'pr\u0585m\u0456se',
    'a\u202eb',
  ])('are not surely absent from %j', (text) =>
    expect(decided({ ...calm, text })).toMatchObject({ rule: 'promises', policy_decision: 'require_approval' }),
  );

  it('are surely absent from honest texts in every script', () => {
    const file = new URL('../../canonical/src/characters/honest-texts.json', import.meta.url);
    const honest = Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>).flat();
    expect(honest.filter((text) => post(text) !== null)).toEqual(['Jürgen Müller']);
  });

  it('ask when the text is missing', () => {
    expect(decided({ spend: calm.spend })).toMatchObject({ rule: 'promises', policy_decision: 'require_approval' });
  });

  it('take time linear in a hostile text', () => {
    const began = performance.now();
    for (const text of [
      'guarante '.repeat(25_000),
      'refund '.repeat(30_000),
      '\ufdfa'.repeat(80_000),
      'g\u0301'.repeat(100_000),
    ])
      post(text);
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  it('find a word whatever stands around it', () => {
    const around = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\p{L}\p{M}\p{N}\p{Cf}<>&*_~`]/gu, ''));
    fc.assert(fc.property(around, around, (a, b) => expect(post(`${a} guarantee ${b}`)).toBe('legal')));
  });

  it.each([
    ['mentions(text, [])', 'with literals'],
    ['mentions(text, [text])', 'expected a literal keyword'],
    ['mentions(text, ["!?"])', 'with a letter or a digit'],
    ['mentions(spend, ["a"])', 'no matching overload'],
  ])('refuse %s', (condition, message) => {
    const text = POLICY.replace(/mentions\(text, .*\)/, JSON.stringify(condition));
    expect(loadPolicy(text, 'x').problems[0]).toMatchObject({
      line: 11,
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('exception-only', () => {
  it('lets an action run when every exception is surely absent', () => {
    expect(routine()).toMatchObject({ policy_decision: 'allow', rule: 'routine', gate: null });
  });

  it.each([
    ['the confidence is low', { confidence: 0.89 }],
    ['the confidence is missing', { confidence: null }],
    ['the confidence is not a number', { confidence: Number.NaN }],
    ['an anomaly flag is up', { signals: { anomaly: true } }],
    ['nothing is said of anomalies', { signals: {} }],
  ])('holds it when %s', (_what, over) => {
    expect(routine(over)).toMatchObject({
      policy_decision: 'require_approval',
      rule: 'routine-held',
      gate: { name: 'exceptions', pattern: 'exception-only' },
    });
  });

  it('holds it when a rule before it matches', () => {
    expect(decided({ ...calm, text: 'guaranteed' }, {}, rest).gate?.name).toBe('legal');
  });

  it('always holds where the matrix names it', () => {
    const matrix =
      'classify: { impact: [{ is: low }], reversibility: [{ is: low }], regulatory_pressure: [{ is: low }] }\nmatrix: [{ approval: yes, gate: exceptions }]\n';
    expect(decided(calm, {}, load(`${POLICY}${matrix}`)).gate?.name).toBe('exceptions');
  });
});

describe('environment gate', () => {
  it.each([
    ['staging', 'allow'],
    ['canary', 'allow'],
    ['production', 'require_approval'],
    ['Production', 'require_approval'],
    ['', 'require_approval'],
  ])('in %j: %s', (environment, verdict) => {
    expect(decided(calm, { environment }).policy_decision).toBe(verdict);
  });
});

it('a money threshold asks above its amount only, and for an amount that cannot be read', () => {
  const spend = (value: unknown, currency = 'USD') =>
    decided({ ...calm, spend: { value, currency } }).gate?.name ?? null;
  expect([spend('500.00'), spend('500.01'), spend('-1.00'), spend('1', 'EUR')]).toEqual([
    null,
    'threshold',
    'threshold',
    'threshold',
  ]);
});

it.each([
  ['exceptions without the pattern', 'pattern: exception-only, ', '', 'expected the pattern exception-only'],
  ['environments without the pattern', 'pattern: environment, ', '', 'expected the pattern environment'],
  ['an exception over no fact', 'confidence < 0.9,', 'confidance < 0.9,', 'Unknown variable: confidance'],
  [
    'an environment fact that stands elsewhere',
    'facts:\n',
    'facts:\n      environment: { at: /target, type: string }\n',
    'expected the text at /environment',
  ],
  [
    'a rule named like the half of another',
    'name: dear',
    'name: routine-held',
    'expected a name that no other rule has',
  ],
])('refuses %s', (_what, from, to, message) => {
  expect(JSON.stringify(loadPolicy(POLICY.replace(from, to), 'x').problems)).toContain(message);
});
