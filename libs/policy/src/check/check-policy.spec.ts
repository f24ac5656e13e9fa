import { loadPolicy } from '../load-policy.js';
import { checkCells, checkPolicy } from './check-policy.js';
import type { CheckOptions } from './check-policy.js';
import type { CheckedRoster, Finding } from './finding.js';
import { placeFindings } from './place.js';

const FACTS = `
      amount: { at: /parameters/amount, type: money, currency: USD, above: '0.00' }
      confidence: { at: /confidence, type: number }
      fraud: { at: /signals/fraud_score, type: number, min: 0, max: 1 }
      method: { at: /parameters/method, type: string, one_of: [card, gift_card] }
      note: { at: /parameters/note, type: string }
      where: { at: /environment, type: string }`;

const policyWith = (rules: string, extra = '', facts = ''): string => `name: refunds
action_types:
  refund:
    facts:${FACTS}${facts}
rules:
${rules}
gates:
  one: { quorum: 1, roles: [finance] }
  two: { quorum: 2, roles: [finance] }
fallback: two
${extra}`;

const compile = (text: string) => {
  const { policy, problems } = loadPolicy(text, 'test.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
};

const check = (text: string, options?: CheckOptions, roster?: CheckedRoster): Finding[] =>
  checkPolicy(compile(text), roster, options);

const only = (code: Finding['code'], findings: readonly Finding[]): Finding[] =>
  findings.filter((finding) => finding.code === code);

/** The refund rule as the article prints it: three sentences, and nothing for the rest. */
const ARTICLE = `  - name: auto
    when: amount < money("100.00", "USD") && confidence > 0.95 && fraud < 0.2
    then: allow
  - name: single-review
    when: amount >= money("100.00", "USD") && amount <= money("2000.00", "USD") && confidence >= 0.70 && confidence <= 0.95
    then: require_approval
    gate: one
  - name: two-person
    when: amount > money("2000.00", "USD") || fraud >= 0.2
    then: require_approval
    gate: two`;
const OTHERWISE = '\n  - { name: otherwise, then: require_approval, gate: two }';

describe('gaps', () => {
  it("finds the two holes of the article's refund rule, each with a whole action", () => {
    const gaps = only('gap', check(policyWith(ARTICLE)));
    expect(gaps.map(({ message }) => message)).toEqual([
      expect.stringContaining('for amount < 100.00 USD and confidence <= 0.95 and fraud < 0.2: the fallback'),
      expect.stringContaining(
        'for amount >= 100.00 USD and <= 2000.00 USD and (confidence < 0.7 or confidence > 0.95) and fraud < 0.2',
      ),
    ]);
    expect(gaps.map(({ severity }) => severity)).toEqual(['warning', 'warning']);
    expect(gaps.map(({ witness }) => witness)).toMatchObject([
      { action_type: 'refund', parameters: { amount: { value: '50.00', currency: 'USD' } }, confidence: 0.35 },
      { action_type: 'refund', parameters: { amount: { value: '1050.00', currency: 'USD' } }, confidence: 0.35 },
    ]);
  });

  it('sees them closed by a rule without a condition, and still tells them when asked', () => {
    const text = policyWith(ARTICLE + OTHERWISE);
    expect(only('gap', check(text))).toEqual([]);
    const told = only('only_here', check(text, { gapsBefore: 'otherwise' }));
    expect(told.map(({ severity, rule }) => [severity, rule])).toEqual([
      ['info', 'otherwise'],
      ['info', 'otherwise'],
    ]);
  });

  it('tells a hole of a single cent', () => {
    const rules = `  - { name: small, when: 'amount < money("100.00", "USD")', then: allow }
  - { name: large, when: 'amount > money("100.00", "USD")', then: deny }`;
    expect(only('gap', check(policyWith(rules)))).toMatchObject([
      {
        message: expect.stringContaining('for amount = 100.00 USD'),
        witness: { parameters: { amount: { value: '100.00' } } },
      },
    ]);
  });

  it('knows that absence is asked for, and that a missing value is no hole', () => {
    const rules = `  - { name: named, when: present.method && method == "card", then: allow }
  - { name: nameless, when: "!present.method", then: deny }`;
    expect(only('gap', check(policyWith(rules)))).toMatchObject([
      {
        message: expect.stringContaining('for method = "gift_card"'),
        witness: { parameters: { method: 'gift_card' } },
      },
    ]);
  });

  it('finds a hole that lies between two facts, by random search', () => {
    const facts = `
      limit: { at: /parameters/limit, type: money, currency: USD }`;
    const rules = `  - { name: within, when: amount < limit, then: allow }
  - { name: above, when: amount > limit, then: deny }`;
    const [gap] = only('gap', check(policyWith(rules, '', facts)));
    const { amount, limit } = gap?.witness?.parameters as { amount: unknown; limit: unknown };
    expect(amount).toEqual(limit);
    const closed = rules.replace('amount > limit', 'amount >= limit');
    expect(only('gap', check(policyWith(closed, '', facts)))).toEqual([]);
  });

  it('says that the matrix decides where no rule speaks at all', () => {
    const text = `name: plain
action_types: { post: {} }
classify:
  impact: [{ is: high }]
  reversibility: [{ is: high }]
  regulatory_pressure: [{ is: medium }]
matrix: [{ impact: high, approval: yes, gate: one }]
gates: { one: { quorum: 1, roles: [r] } }
fallback: one
`;
    expect(only('gap', check(text))).toMatchObject([
      { severity: 'info', message: expect.stringContaining('for every input: the matrix decides') },
    ]);
  });
});

describe('only here', () => {
  it('says when nothing is left for a rule, and when there is no such rule', () => {
    const rules = `  - { name: all, then: allow }\n  - { name: late, then: deny }`;
    const told = (gapsBefore: string) =>
      only('only_here', check(policyWith(rules), { gapsBefore })).map((one) => one.message);
    expect(told('late')).toEqual(['the rules before `late` decide every input']);
    expect(told('nobody')).toEqual(['there is no rule `nobody`']);
  });
});

describe('what is not proven', () => {
  it('is said of conditions that look into texts, and of searches that were cut short', () => {
    expect(only('unproven', check(policyWith(ARTICLE)))).toEqual([]);
    const inTexts = check(policyWith(`  - { name: odd, when: 'note.contains("x")', then: deny }`));
    expect(only('unproven', inTexts)).toMatchObject([
      { severity: 'info', message: expect.stringContaining('into texts') },
    ]);
    expect(only('unproven', check(policyWith(ARTICLE), { allQuestions: 20 }))).toMatchObject([
      { message: expect.stringContaining('too much') },
    ]);
  });

  it('is searched at random when a search is cut short: the holes are found all the same', () => {
    expect(only('gap', check(policyWith(ARTICLE), { allQuestions: 0 }))).toMatchObject([
      { witness: { action_type: 'refund' } },
    ]);
  });
});

describe('hostile policies', () => {
  it('keeps to its own objects whatever the members are called', () => {
    const facts = `
      proto: { at: /parameters/__proto__/polluted, type: bool }
      maker: { at: /parameters/constructor/prototype/polluted, type: bool }`;
    const found = check(policyWith(`  - { name: odd, when: proto && maker, then: deny }`, '', facts));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(only('gap', found).length).toBeGreaterThan(0);
    expect(only('dead_rule', found)).toEqual([]);
  });

  it('takes huge and negative numbers', () => {
    const facts = `
      count: { at: /parameters/count, type: int }
      extent: { at: /parameters/size, type: number, min: -1e300, max: 1e300 }`;
    const rules = `  - { name: huge, when: 'count > 999999999999999 || extent > 99999999999999.5 || amount > money("99999999999999999999.00", "USD")', then: deny }
  - { name: low, when: 'count < -999999999999999 || extent < -99999999999999.5', then: deny }`;
    expect(() => check(policyWith(rules, '', facts))).not.toThrow();
  });
});

describe('order of rules', () => {
  it('warns of a looser rule before a stricter one that matches the same input', () => {
    expect(only('overlap', check(policyWith(ARTICLE)))).toMatchObject([
      {
        severity: 'warning',
        rule: 'single-review',
        message: expect.stringContaining('the looser one comes first'),
        witness: { parameters: { amount: { value: '1050.00' } }, signals: { fraud_score: 0.6 } },
      },
    ]);
  });

  it('only mentions a stricter rule before a looser one, and pairs that never meet not at all', () => {
    const rules = `  - { name: suspicious, when: fraud >= 0.2, then: deny }
  - { name: trusted, when: confidence > 0.9, then: allow }
  - { name: doubtful, when: confidence <= 0.9, then: require_approval, gate: one }`;
    const overlaps = only('overlap', check(policyWith(rules)));
    expect(overlaps.map(({ severity, message }) => [severity, message.split(':')[0]])).toEqual([
      ['info', '`suspicious` (deny) and `trusted` (allow) both match'],
      ['info', '`suspicious` (deny) and `doubtful` (require_approval, one) both match'],
    ]);
  });

  it.each([
    ['one that takes all of it', 'confidence > 0.96', '`high` before it takes every input'],
    ['two that share it', 'confidence > 0.4', 'the rules before it take every input'],
    ['a contradiction', 'fraud > 0.5 && fraud < 0.5', 'its condition is never true'],
  ])('proves a rule dead: %s', (_name, when, why) => {
    const rules = `  - { name: high, when: confidence > 0.8, then: allow }
  - { name: low, when: confidence <= 0.8, then: deny }
  - { name: lost, when: '${when}', then: require_approval, gate: one }`;
    expect(only('dead_rule', check(policyWith(rules)))).toMatchObject([
      { severity: 'error', rule: 'lost', message: `\`lost\` never decides: ${why}` },
    ]);
  });

  it('finds what stands behind a rule without a condition', () => {
    const rules = `${OTHERWISE}\n  - { name: late, when: confidence > 0.9, then: allow }`;
    expect(only('dead_rule', check(policyWith(rules)))).toMatchObject([
      { rule: 'late', message: expect.stringContaining('`otherwise` before it takes every input') },
    ]);
  });

  it('only warns where nothing is proven, and says how much was tried', () => {
    const rules = `  - { name: marked, when: 'note.contains("urgent")', then: deny }
  - { name: lost, when: 'note.startsWith("urgent")', then: allow }`;
    expect(only('dead_rule', check(policyWith(rules), { points: 50 }))).toMatchObject([
      { severity: 'warning', rule: 'lost', message: expect.stringContaining('50 random actions') },
    ]);
  });

  it('spares a rule that decides in one of its types', () => {
    const text = policyWith(`  - { name: first, for: [refund], then: allow }\n  - { name: rest, then: deny }`).replace(
      'rules:',
      '  payout: {}\nrules:',
    );
    expect(only('dead_rule', check(text))).toEqual([]);
  });
});

const CLASSES = `
classify:
  impact: [{ is: high, when: 'amount > money("2000.00", "USD")' }, { is: medium }]
  reversibility: [{ is: low, when: method == "gift_card" }, { is: high }]
  regulatory_pressure: [{ is: medium }]
`;

describe('matrix', () => {
  const matrix = `${CLASSES}matrix: [{ impact: high, approval: yes, gate: two }, { impact: low, approval: no }]\n`;

  it('tells all 18 cells as decided or undefined, with an action in each that can be met', () => {
    const cells = checkCells(compile(policyWith(ARTICLE, matrix)));
    expect(cells).toHaveLength(18);
    const count = (approval: string) => cells.filter((cell) => cell.approval === approval).length;
    expect({ yes: count('yes'), no: count('no'), undefined: count('undefined') }).toEqual({
      yes: 6,
      no: 6,
      undefined: 6,
    });
    expect(cells.filter(({ witness }) => witness !== null).map(({ cell }) => cell)).toEqual([
      'impact=medium, reversibility=high, regulatory_pressure=medium',
      'impact=medium, reversibility=low, regulatory_pressure=medium',
      'impact=high, reversibility=high, regulatory_pressure=medium',
      'impact=high, reversibility=low, regulatory_pressure=medium',
    ]);
  });

  it('warns of an undefined cell in which an action can stand', () => {
    const found = only('undefined_cell', check(policyWith(ARTICLE, matrix)));
    expect(found.map(({ severity, witness }) => [severity, witness !== undefined])).toEqual([
      ['warning', true],
      ['warning', true],
      ['info', false],
    ]);
  });

  it('finds a rule that is looser than a yes cell, with an action', () => {
    const rules = `  - { name: sure, when: 'confidence > 0.9 && amount < money("3000.00", "USD")', then: allow }${OTHERWISE}`;
    expect(only('looser_than_yes', check(policyWith(rules, matrix)))).toMatchObject([
      { severity: 'error', rule: 'sure', witness: { parameters: { amount: { value: '2500.00' } } } },
    ]);
    const tight = rules.replace('3000.00', '2000.00');
    expect(only('looser_than_yes', check(policyWith(tight, matrix)))).toEqual([]);
  });
});

describe('units', () => {
  it.each([
    ['confidence > 95.0', '`confidence > 95` is always false: `confidence` is one of 0 to 1'],
    ['fraud <= 20.0', '`fraud <= 20` is always true'],
    ['-1.0 < fraud', '`fraud > -1` is always true'],
    ['amount < money("-5.00", "USD")', '`amount < -5.00 USD` is always false: `amount` takes amounts above 0.00'],
    ['method in ["card", "cheque"]', '`method == "cheque"` is always false: `method` is one of card, gift_card'],
    ['where != "prod"', '`where != "prod"` is always true: `where` is one of production, canary, staging'],
  ])('%s', (when, message) => {
    const found = only('units', check(policyWith(`  - { name: odd, when: '${when}', then: deny }`)));
    expect(found).toMatchObject([{ severity: 'error', rule: 'odd', message: expect.stringContaining(message) }]);
  });

  it('leaves a comparison with another currency to the loader, which refuses it', () => {
    const text = policyWith(`  - { name: odd, when: 'amount < money("5.00", "EUR")', then: deny }`);
    expect(loadPolicy(text, 'test.yaml').problems).toMatchObject([{ message: expect.stringContaining('currency') }]);
  });

  it('accepts the bounds themselves', () => {
    const rules = `  - { name: fine, when: 'fraud <= 1.0 && confidence >= 0.0 && amount > money("0.00", "USD")', then: deny }`;
    expect(only('units', check(policyWith(rules)))).toEqual([]);
  });
});

describe('an allow on what the agent states', () => {
  const allow = (when: string, facts = ''): Finding[] =>
    only('agent_stated_allow', check(policyWith(`  - { name: go, when: '${when}', then: allow }`, '', facts)));

  it('is told with the facts', () => {
    expect(allow('confidence > 0.9 && amount < money("5.00", "USD")')).toMatchObject([
      { severity: 'warning', rule: 'go', message: expect.stringMatching(/`confidence` \(its own word\) and `amount`/) },
    ]);
  });

  it('is fine with a fact of a provider, a counter of the log, or the environment of the key', () => {
    const score = `
      score: { at: /signals/score, type: number, stated_by: fraud-service }`;
    expect(allow('confidence > 0.9 && score < 0.2', score)).toEqual([]);
    expect(allow('where == "staging"')).toEqual([]);
    expect(allow('confidence > 0.9')).toHaveLength(1);
  });

  it('is told of an exception-only gate, whose rule allows where no exception is up', () => {
    const gate = `  odd: { quorum: 1, roles: [finance], pattern: exception-only, exceptions: [confidence < 0.6] }\nfallback:`;
    const text = policyWith(`  - { name: usual, then: require_approval, gate: odd }`).replace('fallback:', gate);
    const found = check(text);
    expect(only('agent_stated_allow', found)).toMatchObject([
      { rule: 'usual', message: expect.stringContaining('`confidence`') },
    ]);
    expect(placeFindings(only('agent_stated_allow', found), text, 'x.yaml')).toMatchObject([{ line: 12 }]);
  });

  it('gives witnesses that state each value by the one who may', () => {
    const score = `
      score: { at: /signals/score, type: number, stated_by: fraud-service }`;
    const found = check(policyWith(`  - { name: go, when: score < 0.2, then: allow }`, '', score));
    expect(only('gap', found)).toMatchObject([{ witness: { stated: { '/signals/score': 'fraud-service' } } }]);
    expect(only('dead_rule', found)).toEqual([]);
  });
});

describe('ways around people', () => {
  it.each([
    ['mode: shadow', 'in production the mode is shadow'],
    ['environments: { production: { mode: soft } }', 'in production the mode is soft'],
    ['mode: partial\nrollout: { share: 25 }', 'partial with a share of 25 %'],
    ['rollout: { agents: { refund-agent: { mode: off } } }', 'for agent `refund-agent` the mode is off'],
  ])('%s', (extra, message) => {
    expect(only('fail_open', check(policyWith(ARTICLE, `${extra}\n`)))).toMatchObject([
      { severity: 'warning', message: expect.stringContaining(message) },
    ]);
  });

  it('says nothing of a policy that is enforced', () => {
    expect(only('fail_open', check(policyWith(ARTICLE, 'environments: { staging: { mode: soft } }\n')))).toEqual([]);
  });
});

describe('place and order', () => {
  it('gives file, line and column of the rule', () => {
    const text = policyWith(`  - { name: odd, when: confidence > 95.0, then: deny }`);
    const findings = placeFindings(only('units', check(text)), text, 'refunds.yaml');
    expect(findings).toMatchObject([{ file: 'refunds.yaml', line: 12, column: 18 }]);
    expect(text.split('\n')[11]?.slice(17)).toMatch(/^when: confidence/);
  });

  it('gives the same findings every time, errors first', () => {
    const text = policyWith(`${ARTICLE}\n  - { name: odd, when: confidence > 95.0 && note.contains("x"), then: deny }`);
    const findings = check(text);
    expect(check(text)).toEqual(findings);
    const severities = findings.map(({ severity }) => severity);
    expect(severities).toEqual([...severities].sort((a, b) => rank(a) - rank(b)));
  });
});

const rank = (severity: string): number => ['error', 'warning', 'info'].indexOf(severity);
