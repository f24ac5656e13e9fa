import { readFileSync } from 'node:fs';
import { libraryOf } from './action-types.js';
import { policyDocument } from './document.js';
import { loadPolicy } from './load-policy.js';

const ROOT = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/policy-language.md', ROOT), 'utf8');
const example = /```yaml policy\n([^]*?)```/.exec(page)?.[1] ?? '';
const file = 'action_types/social_post.yaml';
const library = libraryOf([{ file, text: readFileSync(new URL(`infra/policies/${file}`, ROOT), 'utf8') }]);

it('the example of the page loads', () => {
  const { policy, problems } = loadPolicy(example, 'docs/policy-language.md', library);
  expect(problems).toEqual([]);
  expect(policy?.types.get('promotion')?.facts.map(({ name }) => name)).toContain('velocity.spent');
});

it('the page names every field of a policy and of a gate', () => {
  const fields = (shape: object): string[] => Object.keys(shape);
  const gate = policyDocument.shape.gates.valueType.shape;
  const facts = [
    'stated_by',
    'each',
    'fold',
    'one_of',
    'bare_number',
    'minor_units',
    'currency_at',
    'sensitive',
    'preconditions',
    'preconditions_required',
  ];
  const missing = [...fields(policyDocument.shape), ...fields(gate), ...facts].filter((name) => !page.includes(name));
  expect(missing).toEqual([]);
});
