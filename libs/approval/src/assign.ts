import { digestOf } from '@countersign/canonical';
import type { CustodyRequested, Person } from '@countersign/events';
import { choose } from './choose.js';
import type { Candidate, Choice } from './choose.js';
import { SERVICE } from './custody.js';
import { isHandOver, isLeftInPool, isSame } from './custody-state.js';
import { instant } from './document.js';
import { barred } from './eligibility.js';
import { requestOf } from './facts.js';
import { MAX_CUSTODY } from './fold-custody.js';
import { bringsNearer, isOutOfTurn } from './gate.js';
import { absenceOf, DEFAULT_WIP_LIMIT, peopleOf, rosterKey, rosterRoles } from '@countersign/events';
import type { Roster } from '@countersign/events';
import type { ActionState, PartitionState, RequestState } from './state.js';
import { hasVoted } from './voted.js';

/** Into whose hands a request is to be given, and why. */
export interface Assignment {
  readonly action: ActionState;
  readonly request: RequestState;
  /** `reassign` when somebody cannot keep what was assigned. */
  readonly verb: 'assign' | 'reassign';
  /** null: nobody can be assigned, and the request is left to everybody who may vote. */
  readonly to: { readonly subject: string; readonly roles: readonly string[] } | null;
  readonly reason: string;
  /** How often the request changed hands, and other than by the clock: whoever has read as far says the same. */
  readonly round: number;
}

interface Waiting {
  readonly action: ActionState;
  readonly request: RequestState;
}

/** Why a request needs other hands. */
interface Need {
  /** Who had it; null for nobody. */
  readonly from: string | null;
  readonly why: string | null;
  readonly alternates: readonly string[];
  /** Only these roles are asked, and where none of them is free the request stays where it is. */
  readonly roles: readonly string[] | null;
}

/**
 * What rotation does next: hands out the pending requests of gates that assign in turn, oldest first, and takes back what
 * somebody cannot keep. Each of them counts before the next one is looked at.
 * @param states every partition: a person's load is what they have in all of them
 * @param nowMs UTC epoch milliseconds, by which absences are judged
 */
export function planAssignments(states: readonly PartitionState[], roster: Roster, nowMs: number): Assignment[] {
  const waiting = states.flatMap(waitingIn);
  const rotating = waiting.filter(isRotating).sort(older);
  if (rotating.length === 0) return [];
  const board = new Board(states, waiting, { roster, nowMs });
  return rotating.flatMap((one) => board.assign(one) ?? []);
}

/** The record that asks the log for it. Two instances that plan the same round write one id: the first of them stands. */
export function assignmentRecord({ action, request, verb, to, reason, round }: Assignment): CustodyRequested {
  const { tenant, action_id, run_id } = action.decided;
  const { request_id } = request;
  const asked = { verb, to_subject: to?.subject ?? null, reason };
  return {
    ...{ tenant, action_id, run_id, request_id, issuer: SERVICE, subject: 'assignment', roles: [] },
    ...{ client_request_id: `${request_id}:${round}`, body_hash: digestOf({ request_id, ...asked }) },
    ...{ ...asked, to_issuer: null, to_roles: to === null ? null : [...to.roles], text: null },
  };
}

function waitingIn({ pending }: PartitionState): Waiting[] {
  const all: Waiting[] = [];
  for (const [id, action] of pending) {
    const request = requestOf(action, id);
    if (request !== null) all.push({ action, request });
  }
  return all;
}

/** The gate at opening says it, as it does the clocks. Nobody can work on what is frozen, and a full history takes no more. */
const isRotating = ({ request: { clocks, paused_at, custody } }: Waiting): boolean =>
  clocks.assign === 'rotate' && paused_at === null && (custody?.length ?? 0) < MAX_CUSTODY;

const older = ({ request: a }: Waiting, { request: b }: Waiting): number =>
  a.opened_at - b.opened_at || (a.request_id < b.request_id ? -1 : 1);

interface Times {
  readonly roster: Roster;
  readonly nowMs: number;
}

/** Who has how much, and whose turn it was last: what is planned is counted at once. */
class Board {
  private readonly open = new Map<string, number>();
  private readonly people: Map<string, number>;
  private readonly agents = new Map<string, string>();
  private readonly listed = new Map<string, ReturnType<typeof peopleOf>>();
  private latest: number;

  constructor(
    states: readonly PartitionState[],
    waiting: readonly Waiting[],
    private readonly times: Times,
  ) {
    for (const { action, request } of waiting)
      for (const subject of holdersOf(request)) this.count(rosterKey(action.decided.tenant, subject), 1);
    const turns = states.flatMap(({ rotation }) => [...rotation.people]).sort(([, a], [, b]) => a - b);
    this.people = new Map(turns);
    this.latest = turns.at(-1)?.[1] ?? 0;
    const last = states.flatMap(({ rotation }) => [...rotation.agents]).sort(([, a], [, b]) => a.at - b.at);
    for (const [key, { subject }] of last) this.agents.set(key, subject);
  }

  assign({ action, request }: Waiting): Assignment | null {
    const need = this.needOf(action, request);
    if (need === null) return null;
    const { candidate, reason } = this.choose(action, request, need);
    if (candidate === null && !isToldToPool(request, need)) return null;
    this.move(action, need.from, candidate);
    return {
      ...{ action, request, verb: need.from === null ? 'assign' : 'reassign', round: roundOf(request) },
      to: candidate === null ? null : { subject: candidate.subject, roles: candidate.roles },
      reason: need.why === null ? reason : `${need.why}: ${reason}`,
    };
  }

  /** Why this request should be in other hands; null when it should not. */
  private needOf(action: ActionState, request: RequestState): Need | null {
    const { assignee, claimed_by } = request;
    if (assignee === null) return claimed_by === null ? { from: null, why: null, alternates: [], roles: null } : null;
    const from = assignee.subject;
    const entry = this.times.roster.get(rosterKey(action.decided.tenant, from));
    const lost = entry?.person === null ? `${from} was taken off the roster` : null;
    const person = entry?.person ?? null;
    const why = lost ?? (person === null ? null : this.hindranceOf(action, request, person));
    if (why !== null) return { from, why, alternates: person?.alternates ?? [], roles: null };
    return isHandedUp(request) ? null : { from, why: 'escalated', alternates: [], roles: request.gate.escalate_roles };
  }

  /** Why somebody who is on the roster cannot keep the request; what somebody works on is left to them. */
  private hindranceOf(action: ActionState, request: RequestState, person: Person): string | null {
    const subject = request.assignee?.subject ?? '';
    const roles = person.roles === null ? null : rosterRoles(person);
    if (barred(action, request, { issuer: null, subject, roles }) !== null) return `${subject} may not vote any more`;
    const absence = absenceOf(person, this.times.nowMs);
    if (absence === null || isSame(request.claimed_by, { issuer: null, subject })) return null;
    return isMeantFor(request, absence.from) ? null : `${subject} is away until ${instant(absence.until)}`;
  }

  private choose(action: ActionState, request: RequestState, need: Need): Choice {
    const { tenant, agent_id } = action.decided;
    const candidates = this.candidates(action, request).filter(
      ({ subject, roles }) =>
        subject !== need.from && (need.roles === null || need.roles.some((role) => roles.includes(role))),
    );
    const last = this.agents.get(rosterKey(tenant, agent_id)) ?? null;
    if (candidates.length === 0) return { candidate: null, reason: 'nobody else on the roster may vote on it' };
    return choose(candidates, { request_id: request.request_id, last, alternates: need.alternates });
  }

  private candidates(action: ActionState, request: RequestState): Candidate[] {
    const { tenant } = action.decided;
    return this.peopleOf(tenant).flatMap(({ subject, person }) => {
      const roles = rosterRoles(person);
      if (!mayBeAsked(action, request, { subject, roles })) return [];
      const key = rosterKey(tenant, subject);
      const limit = person.wip_limit ?? DEFAULT_WIP_LIMIT;
      const away_until = absenceOf(person, this.times.nowMs)?.until ?? null;
      return { subject, roles, limit, away_until, open: this.open.get(key) ?? 0, last_at: this.people.get(key) ?? -1 };
    });
  }

  private peopleOf(tenant: string): ReturnType<typeof peopleOf> {
    const listed = this.listed.get(tenant) ?? peopleOf(this.times.roster, tenant);
    this.listed.set(tenant, listed);
    return listed;
  }

  private move({ decided: { tenant, agent_id } }: ActionState, from: string | null, to: Candidate | null): void {
    if (from !== null) this.count(rosterKey(tenant, from), -1);
    if (to === null) return;
    const key = rosterKey(tenant, to.subject);
    this.count(key, 1);
    this.latest += 1;
    this.people.set(key, this.latest);
    this.agents.set(rosterKey(tenant, agent_id), to.subject);
  }

  private count(key: string, more: number): void {
    this.open.set(key, (this.open.get(key) ?? 0) + more);
  }
}

/** By whom a request is held: once each. */
function holdersOf({ assignee, claimed_by }: RequestState): string[] {
  const subjects = [assignee, claimed_by].flatMap((holder) => (holder === null ? [] : [holder.subject]));
  return [...new Set(subjects)];
}

/** Eligible as for a vote, not heard yet, and of use to the gate now. */
function mayBeAsked(action: ActionState, request: RequestState, person: { subject: string; roles: string[] }): boolean {
  const voter = { issuer: null, ...person };
  const approver = { issuer: '', ...person };
  return (
    barred(action, request, voter) === null &&
    !hasVoted(action, request, voter) &&
    !isOutOfTurn(request, approver) &&
    bringsNearer(request, approver)
  );
}

/** An escalated request goes once to those to whom it is escalated, if it was somebody's. */
function isHandedUp({ escalated_at, custody }: RequestState): boolean {
  if (escalated_at === null || custody === null) return true;
  const escalated = custody.findLastIndex(({ what }) => what === 'escalate');
  return custody.slice(escalated).some(isHandOver);
}

/** Whoever was handed it by a person, knowing that they are away, keeps it. */
function isMeantFor({ custody }: RequestState, awaySince: number): boolean {
  const last = custody?.findLast(isHandOver);
  return last !== undefined && last.what === 'reassign' && last.issuer !== SERVICE && last.at >= awaySince;
}

/** Nobody is told twice that there is nobody, and an escalated request stays with who has it. */
const isToldToPool = (request: RequestState, { from, roles }: Need): boolean =>
  roles === null && (from !== null || !isLeftInPool(request));

const roundOf = ({ custody, votes, recused }: RequestState): number =>
  (custody?.filter(isHandOver).length ?? 0) + votes.length + (recused?.length ?? 0);
