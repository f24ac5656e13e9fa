import { loadPolicy } from '../load-policy.js';
import { checkPolicy } from './check-policy.js';
import type { CheckedRoster } from './finding.js';

const CODES = ['escalates_to_nobody', 'long_memory'];
const LEAD: CheckedRoster = { reviewers: [{ subject: 'ann', tenant: 'acme', roles: ['finance', 'lead'] }] };

function found(gate: string, roster?: CheckedRoster, tenant = "'*'"): string[] {
  const text = `name: p\ntenant: ${tenant}\naction_types: { pay: {} }\ngates: { g: { quorum: 1, roles: [finance], ${gate} } }\nfallback: g\nrules: [{ name: all, then: require_approval, gate: g }]\n`;
  const { policy, problems } = loadPolicy(text, 'p.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  const findings = checkPolicy(policy, roster).filter(({ code }) => CODES.includes(code));
  return findings.map(({ code, severity, path }) => `${severity} ${code} ${path.join('.')}`);
}

const NOBODY = ['warning escalates_to_nobody gates.g.sla'];

describe('an escalation', () => {
  it.each([
    ['without a time and without anybody', 'sla: { respond: 1h, expire: 3h }', []],
    ['with a time and nobody', 'sla: { respond: 1h, expire: 3h, escalate: 2h }', NOBODY],
    ['with a time and a role', 'sla: { respond: 1h, expire: 3h, escalate: 2h, escalate_to: [lead] }', []],
    ['to a role that nobody has', 'sla: { respond: 1h, expire: 3h, escalate_to: [board] }', NOBODY],
    ['to two roles of which somebody has one', 'sla: { respond: 1h, expire: 3h, escalate_to: [board, lead] }', []],
  ])('%s', (_name, gate, wanted) => expect(found(gate, LEAD)).toEqual(wanted));

  it('to people of another tenant is one to nobody; without a roster nobody can tell', () => {
    const gate = 'sla: { respond: 1h, expire: 3h, escalate_to: [lead] }';
    expect(found(gate, LEAD, 'globex')).toEqual(NOBODY);
    expect(found(gate)).toEqual([]);
  });
});

describe('what must be remembered for long', () => {
  it.each([
    ['eight days', 'sla: { respond: 1h, expire: 72h }, token: { ttl: 4d }', []],
    ['a grant of a week', 'sla: { respond: 1h, expire: 72h }, token: { ttl: 7d }', ['info long_memory gates.g']],
    ['a wait of a week', 'sla: { respond: 1h, expire: 7d }', ['info long_memory gates.g']],
  ])('%s', (_name, gate, wanted) => expect(found(gate)).toEqual(wanted));

  it('is said in days and in memory', () => {
    const text =
      'name: p\naction_types: { pay: {} }\ngates: { g: { quorum: 1, roles: [a], sla: { respond: 1h, expire: 10d }, token: { ttl: 5d } } }\nfallback: g\n';
    const { policy } = loadPolicy(text, 'p.yaml');
    const [{ message } = { message: '' }] = checkPolicy(policy!).filter(({ code }) => code === 'long_memory');
    expect(message).toBe(
      'the wait and the grant of gate `g` last up to 16 days: every instance remembers every action of this policy so long instead of 8 days, with 2.0 times the memory',
    );
  });
});
