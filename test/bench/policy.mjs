/**
 * Rates of policy in this process, by its own CPU time: decisions over 20 and 200 rules, beside the same rules written by hand in
 * JavaScript and as closures in place of the expressions; explanations; and a backtest of 100,000 recorded actions.
 */
import { actionOf, Backtest, decide, explain, loadPolicy } from '@countersign/policy';

const ACTIONS = 256;

/** Seconds of CPU that this process has used: what other processes take of a shared machine is not in it. */
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function timed(count, run) {
  for (let i = 0; i < count / 4; i += 1) run(i); // warm up
  const begun = cpuSeconds();
  for (let i = 0; i < count; i += 1) run(i);
  return Math.round(count / (cpuSeconds() - begun));
}

/** Rules from large to small amounts, each with a second condition; the last one takes the rest. */
const limitsOf = (rules) => Array.from({ length: rules - 1 }, (_, i) => (rules - 1 - i) * 100);
const gateOf = (limit) => (limit > 1_000 ? 'two' : 'one');

function policyOf(limits) {
  const conditions = limits.map((limit) => {
    const when = `amount > money("${limit}.00", "USD") && (fraud >= 0.05 || method != "voucher") && confidence <= 0.99`;
    return `  - { name: above-${limit}, when: '${when}', then: require_approval, gate: ${gateOf(limit)} }`;
  });
  const text = `name: bench
action_types:
  pay:
    facts:
      amount: { at: /parameters/amount, type: money, currency: USD, min: '0' }
      method: { at: /parameters/method, type: string }
      confidence: { at: /confidence, type: number, min: 0, max: 1 }
      fraud: { at: /signals/fraud_score, type: number, min: 0, max: 1 }
rules:
${conditions.join('\n')}
  - { name: rest, then: allow }
gates: { one: { quorum: 1, roles: [finance] }, two: { quorum: 2, roles: [finance] } }
fallback: two
`;
  const { policy, problems } = loadPolicy(text, 'bench.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
}

/** Amounts over all rules, so that about half of them are asked for each action. */
const actionsOf = (rules) =>
  Array.from({ length: ACTIONS }, (_, i) =>
    actionOf({
      ...{ action_id: `act_${i}`, agent_id: 'bot', agent_version: 'v1', model_id: 'm', action_type: 'pay' },
      ...{ environment: 'production', on_behalf_of: null, target: null, confidence: (i % 90) / 100 },
      parameters: JSON.stringify({
        method: i % 3 === 0 ? 'voucher' : 'card',
        amount: { value: `${Math.floor((i * rules * 100) / ACTIONS)}.50`, currency: 'USD' },
      }),
      ...{ signals: JSON.stringify({ fraud_score: (i % 30) / 100 }), before: null, after: null, submitted_at: 0 },
    }),
  );

/** The same rules as a person would write them without a language: no trail, no unknown values, no versions. */
function byHand(limits) {
  return ({ parameters, confidence, signals }) => {
    const amount = Number(parameters.amount.value);
    for (const limit of limits) {
      if (amount > limit && (signals.fraud_score >= 0.05 || parameters.method !== 'voucher') && confidence <= 0.99)
        return { decision: 'require_approval', gate: gateOf(limit) };
    }
    return { decision: 'allow', gate: null };
  };
}

/** The policy with a JavaScript closure in place of each expression; all else is as it is. */
function withClosures(policy, limits) {
  const type = policy.types.get('pay');
  const rules = type.rules.map((rule, i) => {
    if (rule.condition === null) return rule;
    const units = limits[i] * 10_000;
    const test = ({ amount, fraud, method, confidence }) =>
      amount.units > units && (fraud >= 0.05 || method !== 'voucher') && confidence <= 0.99;
    return { ...rule, condition: { ...rule.condition, test } };
  });
  return { ...policy, types: new Map([['pay', { ...type, rules }]]) };
}

/** Decisions a second for so many rules: by the policy, by hand, and with closures. */
export function decisionRates(rules, count) {
  const limits = limitsOf(rules);
  const [policy, actions] = [policyOf(limits), actionsOf(rules)];
  const hand = byHand(limits);
  const closures = { policy: withClosures(policy, limits), version: 1 };
  const speaker = { policy, version: 1 };
  for (const action of actions) {
    const [said, wanted] = [decide(speaker, action), hand(action)];
    if (said.effective_decision !== wanted.decision || (said.gate?.name ?? null) !== wanted.gate)
      throw new Error(`policy and hand-written function differ: ${JSON.stringify(action)}`);
  }
  return {
    policy: timed(count, (i) => decide(speaker, actions[i % ACTIONS])),
    closures: timed(count, (i) => decide(closures, actions[i % ACTIONS])),
    hand: timed(count * 10, (i) => hand(actions[i % ACTIONS])),
    explain: timed(count / 10, (i) => explain(speaker, actions[i % ACTIONS])),
  };
}

const isoOf = (i) => new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString();

/** Recorded actions as `history_page.sql` gives them once read; the active version decided all of them. */
function historyOf(count, speaker, actions) {
  return Array.from({ length: count }, (_, i) => {
    const action = { ...actions[i % ACTIONS], action_id: `act_${i}` };
    const { policy_name, policy_version, policy_decision, effective_decision, mode, gate } = decide(speaker, action);
    const verdict = { policy_name, policy_version, policy_decision, effective_decision, mode };
    const gated = gate !== null;
    return {
      ...{ action_id: action.action_id, decided_at: isoOf(i), action, amount: action.parameters.amount },
      decision: { ...verdict, gate: gate?.name ?? null, unproven: null, draw_key_id: null },
      ...{ approval_status: gated ? (i % 9 === 0 ? 'denied' : 'approved') : 'not_required', changed: i % 17 === 0 },
      ...{ resolved_by: gated ? 'people' : 'policy', outcome_status: i % 2 ? 'executed' : null, post_checks_failed: 0 },
      ...{
        label: i % 5 ? null : i % 3 ? 'harmless' : 'harmful',
        handling_ms: gated ? 30_000 + (i % 60) * 1_000 : null,
      },
      ...{ waited_ms: gated ? 300_000 : null, sla_missed: gated ? i % 20 === 0 : null },
    };
  });
}

/** CPU seconds to evaluate so many recorded actions by a candidate and by the active version, in memory. */
export function backtestSeconds(count) {
  const actions = actionsOf(20);
  const limits = limitsOf(20);
  const active = { policy: policyOf(limits), version: 1 };
  const candidate = { policy: policyOf(limits.slice(0, -3)), version: 2 };
  const contender = (speaker) => ({
    name: 'bench',
    content_hash: `v${speaker.version}`,
    decide: ({ action }) => decide(speaker, action),
  });
  const rows = historyOf(count, active, actions);
  const run = (one) => {
    const begun = cpuSeconds();
    const test = new Backtest({ candidate: contender(one), active: contender(active) });
    for (const row of rows) test.add(row);
    const { result } = test.report();
    return { seconds: cpuSeconds() - begun, changed: result.changed };
  };
  const [same, other] = [run(active), run(candidate)];
  if (same.changed !== 0) throw new Error(`${same.changed} differences of a version with itself`);
  return other;
}

const million = (rate) => `${(rate / 1e6).toFixed(2)} M/s`;

/** Prints all of it. */
export function policyPart() {
  const few = decisionRates(20, 200_000);
  const many = decisionRates(200, 40_000);
  const test = backtestSeconds(100_000);
  console.log(`\n(c2) policy, in process, by CPU time`);
  console.log(
    `  20 rules        ${few.policy} decisions/s (aim ≥ 200000); by hand ${million(few.hand)}, ${Math.round(few.hand / few.policy)} ×; closures instead of CEL ${few.closures}/s, ${(few.closures / few.policy).toFixed(2)} ×`,
  );
  console.log(
    `  200 rules       ${many.policy} decisions/s, ${(few.policy / many.policy).toFixed(1)} × the time of 20; by hand ${million(many.hand)}; closures ${many.closures}/s`,
  );
  console.log(
    `  explain         ${few.explain}/s with 20 rules, ${(few.policy / few.explain).toFixed(1)} × a decision; ${many.explain}/s with 200`,
  );
  console.log(
    `  backtest        100000 recorded actions in ${test.seconds.toFixed(2)} s of CPU, ${test.changed} changed (aim ≤ 15 s)`,
  );
}

if (import.meta.filename === process.argv[1]) policyPart();
