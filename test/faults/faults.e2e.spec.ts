import { planOf } from './plans.config.js';
import { runFaults } from './run-faults.js';

const plan = planOf(process.env);

it(
  `loses, doubles, releases and forgets nothing while ${plan.actions} actions flow through ${plan.faults.length} crashes and lost answers`,
  async () => {
    const report = await runFaults(plan);
    process.stderr.write(
      `${JSON.stringify({ ...report, verdict: Object.fromEntries(Object.entries(report.verdict).map(([word, list]) => [word, list.length])) }, null, 1)}\n`,
    );
    expect(report.verdict).toEqual({ LOST: [], DUPLICATED: [], UNAUTHORIZED: [], STUCK: [], WRONG: [] });
    expect(report).toMatchObject({ actions: plan.actions, gave_up: [], failures: [], server_errors: [] });
    expect(report.faults).toHaveLength(plan.faults.length);
    for (const api of ['Produce', 'EndTxn', 'TxnOffsetCommit', 'Fetch'])
      expect(report.lost_answers[api]).toBeGreaterThan(0);
  },
  plan.limitMs,
);
