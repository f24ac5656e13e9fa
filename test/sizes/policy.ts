import { sha256 } from '@countersign/canonical';
import { PolicyHistory } from '@countersign/policy';

const NOTES = Array.from({ length: 40 }, (_, i) => i);
const FACTS = NOTES.map((i) => `      note${i}: { at: /parameters/note${i}, type: string }\n`).join('');
const typed = (name: string, declared = ''): string => `  ${name}:\n    facts:\n${FACTS}${declared}`;
const rules = NOTES.map(
  (i) => `  - { name: noted-${i}, when: 'note${i} == "${'n'.repeat(300)}${i}"', then: require_approval, gate: two }`,
).join('\n');

/** One policy over every type of `proposals.ts`: long explanations, what follows, what is hidden, what is not kept. */
const CONTENT = `name: sizes
action_types:
${typed('plain')}
${typed('copied', '    after: { a: { from: /parameters }, b: { merge: [/before, /parameters] } }\n')}
${typed('secret', '    sensitive: [/parameters/secret, /parameters/v, /context/prompt]\n')}
${typed('hashed', '    context: hash\n')}
${typed('omitted', '    context: omit\n')}
gates:
  two: { quorum: 2, roles: [finance], reason: always }
rules:
${rules}
fallback: two
`;

/** The history in which that policy is active. */
export function history(): PolicyHistory {
  const active = new PolicyHistory();
  const record = active.apply(
    {
      ...{ tenant: '*', name: 'sizes', content: CONTENT, content_hash: sha256(CONTENT), author: 'ann', note: null },
      ...{ published_at: 0, parent: null, cases: null },
    },
    0,
  );
  if (record.policy === null) throw new Error('the policy of the sizes does not load');
  return active;
}
