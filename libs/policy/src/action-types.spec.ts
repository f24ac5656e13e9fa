import { readdirSync, readFileSync } from 'node:fs';
import { libraryOf } from './action-types.js';
import { loadPolicy } from './load-policy.js';

const TYPE = `# What a refund is.
action_type: refund
facts:
  amount: { at: /parameters/amount, type: money, currency: USD, above: '0.00' }
sensitive: [/parameters/card]
preconditions: [order_etag]
classify: { impact: [{ is: high, when: 'amount > money("2000.00", "USD")' }, { is: low }] }
`;
const POLICY = `name: refunds
action_types:
  refund: { from: action_types, facts: { fraud: { at: /signals/fraud, type: number } } }
  other: {}
classify:
  impact: [{ is: medium, for: [other] }]
  reversibility: [{ is: low }]
  regulatory_pressure: [{ is: low }]
rules:
  - { name: small, for: [refund], when: 'amount < money("100.00", "USD") && fraud < 0.2', then: allow }
gates: { one: { quorum: 1, roles: [r] } }
fallback: one
`;
const library = libraryOf([
  { file: 'action_types/refund.yaml', text: TYPE },
  { file: 'action_types/unused.yaml', text: 'action_type: unused\n' },
]);
const load = (text: string, from = library) => loadPolicy(text, 'refunds.yaml', from);

const FOLDER = new URL('../../../infra/policies/action_types/', import.meta.url);

it('every ready action type loads, and a policy needs to say only the rest of its levels', () => {
  const files = readdirSync(FOLDER).map((file) => ({ file, text: readFileSync(new URL(file, FOLDER), 'utf8') }));
  const ready = libraryOf(files);
  expect(ready.problems).toEqual([]);
  for (const type of ready.types.keys()) {
    const text = `name: x\naction_types: { ${type}: { from: action_types } }\nclassify: { impact: [{ is: low }], regulatory_pressure: [{ is: low }] }\ngates: { one: { quorum: 1, roles: [r] } }\nfallback: one\n`;
    const classified = load(text, ready);
    const missing = ready.types.get(type)?.document.classify?.reversibility === undefined;
    expect(classified.problems.map(({ message }) => message)).toEqual(
      missing ? [`expected a last case without \`when\` for ${type}`] : [],
    );
  }
  expect(ready.types.size).toBe(files.length);
});

describe("an action type's own file", () => {
  it('gives its facts, sensitive fields, preconditions and levels to a policy that names it', () => {
    const { policy, problems } = load(POLICY);
    expect(problems).toEqual([]);
    const type = policy?.types.get('refund');
    expect(type?.facts.map(({ name }) => name)).toEqual(['amount', 'fraud']);
    expect(type).toMatchObject({ sensitive: ['/parameters/card'], preconditions: ['order_etag'] });
    expect(type?.axes?.[0].cases.map(({ label }) => label)).toEqual(['impact=high', 'impact=low']);
    expect(policy?.types.get('other')?.axes?.[0].cases).toHaveLength(1);
  });

  it('is published with the policy, which then needs no library', () => {
    const { content, policy } = load(POLICY);
    expect(content).toBe(`${POLICY}---\n${TYPE}`);
    const again = loadPolicy(content, 'refunds.yaml');
    expect(again.problems).toEqual([]);
    expect(again.policy?.document).toEqual(policy?.document);
    expect(again.content).toBe(content);
    expect(load(content).content).toBe(content);
  });

  it('that came along speaks, not the newer one of the library', () => {
    const newer = libraryOf([{ file: 'refund.yaml', text: TYPE.replace('order_etag', 'other_etag') }]);
    const { content } = load(POLICY);
    expect(load(content, newer).policy?.types.get('refund')?.preconditions).toEqual(['order_etag']);
    expect(load(POLICY, newer).content).not.toBe(content);
  });

  it('leaves the text of a policy alone that takes nothing from it', () => {
    const text =
      '# a comment\n---\nname: x\naction_types: { refund: {} }\ngates: { one: { quorum: 1, roles: [r] } }\nfallback: one';
    expect(load(text)).toMatchObject({ problems: [], content: text });
  });

  it('names the place of a problem, in the policy, in the file, and in what came along', () => {
    expect(loadPolicy(POLICY, 'p.yaml').problems[0]).toMatchObject({
      line: 3,
      column: 19,
      message: 'expected a file in action_types that declares refund',
    });
    const broken = libraryOf([{ file: 'action_types/refund.yaml', text: TYPE.replace('money', 'monney') }]);
    expect(broken.problems[0]).toMatchObject({ file: 'action_types/refund.yaml', line: 4 });
    expect(load(POLICY, broken).problems[1]?.message).toContain('action_types/refund.yaml:4:');
    const wrong = load(POLICY).content.replace('currency: USD', 'currency: usd');
    expect(loadPolicy(wrong, 'p.yaml').problems).toContainEqual(expect.objectContaining({ file: 'p.yaml', line: 17 }));
  });

  it.each([
    ['a fact that both declare', POLICY.replace('fraud:', 'amount:').replace('fraud <', '0.1 <'), "in the type's file"],
    [
      'an unused type that comes along',
      `${POLICY}---\naction_type: third\n`,
      'expected `from: action_types` for third',
    ],
    ['two texts for one type', `${POLICY}---\n${TYPE}---\n${TYPE}`, 'expected one file for refund, not two'],
  ])('refuses %s', (_what, text, message) => {
    expect(JSON.stringify(load(text).problems)).toContain(message);
  });
});
