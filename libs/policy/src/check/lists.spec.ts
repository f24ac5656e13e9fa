import { loadPolicy } from '../load-policy.js';
import { decide } from '../decide.js';
import { checkPolicy } from './check-policy.js';
import type { Finding } from './finding.js';

function policyOf(when: string, facts = '') {
  const { policy, problems } = loadPolicy(
    `name: mails
action_types:
  mail:
    facts: { to: { at: /parameters/to, type: strings }, host: { at: /parameters/host, type: string }${facts} }
rules:
  - { name: inside, when: '${when}', then: allow }
  - { name: rest, then: require_approval, gate: g }
gates: { g: { quorum: 1, roles: [r] } }
fallback: g
`,
    'mails.yaml',
  );
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
}

const CODES: readonly Finding['code'][] = ['empty_list_allows', 'several_in_one_text'];
const looseIn = (when: string, facts?: string): Finding[] =>
  checkPolicy(policyOf(when, facts)).filter(({ code }) => CODES.includes(code));

/** Each finding by its code and the value that lets the action run. */
const told = (findings: readonly Finding[]): unknown[] =>
  findings.map(({ code, witness }) => {
    const { to, host } = witness?.parameters as { to?: unknown; host?: unknown };
    return [code, code === 'empty_list_allows' ? to : (to ?? host)];
  });

const ACME = 'to.all(a, a.endsWith("@acme.example"))';
const CLEAN = '!a.contains(",") && !a.contains("\\n")';

describe('lists and texts that let an action run', () => {
  it('are told with the action: none, a comma, a line end', () => {
    const found = looseIn(ACME);
    expect(told(found)).toEqual([
      ['empty_list_allows', []],
      ['several_in_one_text', ['something else,@acme.example']],
      ['several_in_one_text', ['something else\n@acme.example']],
    ]);
    for (const { witness, rule, severity } of found) {
      expect([rule, severity]).toEqual(['inside', 'warning']);
      expect(decide({ policy: policyOf(ACME), version: 1 }, witness!).policy_decision).toBe('allow');
    }
  });

  it.each<[string, string, unknown[]]>([
    [
      'what asks for one element is not empty',
      `size(to) > 0 && ${ACME}`,
      ['several_in_one_text', 'several_in_one_text'],
    ],
    ['what holds neither is clean', `size(to) > 0 && to.all(a, a.endsWith("@acme.example") && ${CLEAN})`, []],
    ['whole texts', 'to.all(a, a == "ann@acme.example")', ['empty_list_allows']],
    ['whole texts of a list', 'to.all(a, a in ["ann@acme.example", "bob@acme.example"])', ['empty_list_allows']],
    ['some element is one that there is', 'to.exists(a, a == "ann@acme.example")', []],
    ['an empty list by intent', 'size(to) == 0', []],
    ['a list of what is not wanted', '!to.exists(a, a == "eve@evil.example")', []],
    ['a beginning', 'host.startsWith("https://acme.example/")', ['several_in_one_text', 'several_in_one_text']],
    ['a part', 'host.contains("acme")', ['several_in_one_text', 'several_in_one_text']],
    ['one text', 'host == "acme.example"', []],
  ])('%s', (_, when, codes) => expect(looseIn(when).map(({ code }) => code)).toEqual(codes));

  it('are found behind other conditions', () => {
    const facts = ', n: { at: /parameters/n, type: int }, sure: { at: /confidence, type: number }';
    expect(looseIn(`n > 37 && n < 40 && sure > 0.93 && ${ACME}`, facts).map(({ code }) => code)).toEqual([
      ...['empty_list_allows', 'several_in_one_text', 'several_in_one_text'],
    ]);
  });
});
