import type { Gate, Quorum } from '@countersign/events';
import type { CompiledPolicy } from '../compiled.js';
import type { CompiledGate } from '../gates.js';
import type { CheckedRoster, Finding } from './finding.js';

type Reviewer = CheckedRoster['reviewers'][number];

interface Who {
  readonly roles: readonly string[];
  readonly people: readonly string[];
}

const mayFill = ({ roles, people }: Who, reviewer: Reviewer): boolean =>
  people.includes(reviewer.subject) || roles.some((role) => reviewer.roles.includes(role));

/** Gives a seat to a person, moving others to free seats where that helps. Seats and people by index. */
function seatOne(
  seat: number,
  open: readonly (readonly number[])[],
  seated: Map<number, number>,
  tried: Set<number>,
): boolean {
  for (const person of open[seat] ?? []) {
    if (tried.has(person)) continue;
    tried.add(person);
    const other = seated.get(person);
    if (other !== undefined && !seatOne(other, open, seated, tried)) continue;
    seated.set(person, seat);
    return true;
  }
  return false;
}

/** Whether every seat can have a person of its own. */
function allSeated(seats: readonly Who[], reviewers: readonly Reviewer[]): boolean {
  const open = seats.map((who) => reviewers.flatMap((one, index) => (mayFill(who, one) ? [index] : [])));
  const seated = new Map<number, number>();
  return open.every((_people, seat) => seatOne(seat, open, seated, new Set()));
}

const seatsOf = (quorum: Quorum): Who[] => Array.from({ length: quorum.count }, () => quorum);

/** Whether distinct people can fulfil the gate. */
export function isReachable(gate: Gate, reviewers: readonly Reviewer[]): boolean {
  const { thresholds, factors, stages, quorum } = gate;
  const eligible = reviewers.filter(({ subject }) => !gate.exclude.includes(subject));
  if (thresholds.length === 0 && factors.length === 0 && stages.length === 0)
    return allSeated(
      Array.from({ length: quorum }, () => gate),
      eligible,
    );
  const some = thresholds.length === 0 || thresholds.some((one) => allSeated(seatsOf(one), eligible));
  return some && allSeated([...factors, ...stages].flatMap(seatsOf), eligible);
}

/** Who asks, and who may answer: the agent and its operators are left out. */
interface Circle {
  readonly label: string;
  /** Null: nobody knows. */
  readonly reviewers: readonly Reviewer[] | null;
}

function circlesOf({ reviewers, agents = [], unknown = [] }: CheckedRoster, tenant: string): Circle[] {
  const inTenant = (name: string): boolean => tenant === '*' || name === tenant;
  const people = reviewers.filter((one) => inTenant(one.tenant));
  const asking = agents.filter((one) => inTenant(one.tenant));
  const withAgents = asking.map((agent) => ({
    label: `${agent.agent_id} of ${agent.tenant}`,
    reviewers: people.filter(
      ({ subject, tenant: own }) =>
        own === agent.tenant && subject !== agent.agent_id && !agent.operators.includes(subject),
    ),
  }));
  const served = new Set(asking.map((agent) => agent.tenant));
  const others = [...new Set(people.map((one) => one.tenant))].filter((one) => !served.has(one));
  const without = others.map((one) => ({ label: one, reviewers: people.filter((person) => person.tenant === one) }));
  const untold = unknown.filter(inTenant).map((one) => ({ label: one, reviewers: null }));
  return [...withAgents, ...without, ...untold];
}

/** The gates that some decision can name. */
export function gatesInUse({ types, fallback, audit, breakGlassReview, driftGuard }: CompiledPolicy): CompiledGate[] {
  const gates = [...types.values()].flatMap(({ rules, cells }) =>
    [...rules, ...(cells ?? [])].flatMap(({ gate }) => gate ?? []),
  );
  const more = [audit?.gate, breakGlassReview, driftGuard?.gate].flatMap((gate) => gate ?? []);
  return [...new Map([...gates, fallback, ...more].map((gate) => [gate.name, gate])).values()];
}

function needsInWords({ quorum, roles, people, thresholds, factors, stages }: Gate): string {
  const who = (one: Who): string => [...one.roles, ...one.people].join(' or ') || 'nobody';
  const part = (one: Quorum): string => `${one.count} × ${who(one)}`;
  if (stages.length > 0) return stages.map(part).join(', then ');
  if (thresholds.length > 0 || factors.length > 0)
    return [thresholds.map(part).join(', or '), factors.map(part).join(', and ')]
      .filter((text) => text !== '')
      .join('; ');
  return `${quorum} × ${who({ roles, people })}`;
}

type Reached = ReadonlyMap<CompiledGate, readonly Circle[]>;

const finding = (severity: Finding['severity'], message: string, path: readonly string[]): Finding => ({
  code: 'unreachable_quorum',
  severity,
  message,
  path,
});

/** A circle that can fulfil no gate at all has no part in the policy: one remark is enough. */
function strangerFinding(strangers: readonly Circle[]): Finding[] {
  const names = strangers.map(({ label }) => label).join(', ');
  const message = `nobody can fulfil any gate of this policy for ${names}: requests there wait until they expire`;
  return strangers.length === 0 ? [] : [finding('info', message, ['gates'])];
}

function gateFindings(unreached: Reached, circles: readonly Circle[], strangers: readonly Circle[]): Finding[] {
  return [...unreached].flatMap(([{ name, usual }, missing]) => {
    const everywhere = missing.length === circles.length;
    const told = everywhere ? missing : missing.filter((circle) => !strangers.includes(circle));
    if (told.length === 0 && !everywhere) return [];
    const where = everywhere ? 'anywhere in the roster' : `for ${told.map(({ label }) => label).join(', ')}`;
    const message = `no set of distinct, eligible people can fulfil gate \`${name}\` (${needsInWords(usual)}) ${where}`;
    return [finding(everywhere ? 'error' : 'warning', message, ['gates', name])];
  });
}

/** Gates that nobody can open: every request would wait until it expires. */
export function unreachableQuorums(policy: CompiledPolicy, roster: CheckedRoster): Finding[] {
  const circles = circlesOf(roster, policy.tenant);
  const gates = gatesInUse(policy);
  const cannot = ({ usual }: CompiledGate, { reviewers }: Circle): boolean =>
    reviewers !== null && !isReachable(usual, reviewers);
  const unreached = new Map(gates.map((gate) => [gate, circles.filter((circle) => cannot(gate, circle))]));
  const strangers = circles.filter((circle) => gates.every((gate) => cannot(gate, circle)));
  const some = strangers.length < circles.length ? strangers : [];
  return [...gateFindings(unreached, circles, some), ...strangerFinding(some)];
}
