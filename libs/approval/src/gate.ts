import { shapesOf } from '@countersign/events';
import type { Gate, Shape } from '@countersign/events';
import { approvalsBy, escalatedGate, fits, missing, quorumsIn, seatsOf, stagesFilled } from './quorum.js';
import type { Approvals, Approver, FilledStage } from './quorum.js';
import type { RequestState, VoteState } from './state.js';
import { personKey } from './state.js';

/** The gate as it stands now: an escalated request opens its places to more people. */
export const gateOf = ({ gate, escalated_at }: Pick<RequestState, 'gate' | 'escalated_at'>): Gate =>
  escalated_at === null ? gate : escalatedGate(gate);

export const isApproval = ({ vote }: Pick<VoteState, 'vote'>): boolean =>
  vote === 'approve' || vote === 'approve_with_changes';

/** Counted votes that satisfy `test`, one of each person: one person is one approval, whatever roles they have. */
function byPeople(votes: readonly VoteState[], test: (vote: VoteState) => boolean): VoteState[] {
  const counted = votes.filter((vote) => vote.counted && test(vote));
  return [...new Map(counted.map((vote) => [personKey(vote.issuer, vote.subject), vote])).values()];
}

const approversOf = ({ votes }: RequestState): VoteState[] => byPeople(votes, isApproval);

/** What the gate asks of people and what is there, by the counted approvals of the current version. */
export const approvalsOf = (request: RequestState): Approvals => approvalsBy(gateOf(request), approversOf(request));

/** A stage, how far it is filled, and whether it is its turn. */
export type StageInTurn = FilledStage & { readonly open: boolean };

/** How many places of each stage are filled, in order; of every gate that binds. */
export const stagesOf = (request: RequestState): readonly StageInTurn[] =>
  shapesOf(gateOf(request)).flatMap(({ stages }) => {
    const filled = stagesFilled(stages, approversOf(request));
    const turn = filled.findIndex(({ required, given }) => given < required);
    return filled.map((one, at) => ({ ...one, open: at === turn }));
  });

/**
 * True where this person has to wait: another stage is being filled than one that this person fits. Where several gates
 * bind, who fits a later stage of one of them waits for it, since an approval cannot be given twice. An audit is
 * answered out of turn.
 */
export function isOutOfTurn(request: RequestState, person: Approver): boolean {
  if (request.kind === 'audit') return false;
  const shapes = shapesOf(gateOf(request));
  if (shapes.every(({ stages }) => stages.length === 0)) return false;
  const turns = shapes.map((shape) => turnOf(stagesFilled(shape.stages, approversOf(request)), shape, person));
  return turns.includes('later') || (turns.includes('over') && !turns.includes('now'));
}

type TurnOf = 'now' | 'later' | 'over' | 'never';

/** When somebody can fill a place of a shape: `over` where the stages that this person fits are full. */
function turnOf(filled: readonly FilledStage[], shape: Shape, person: Approver): TurnOf {
  const open = filled.findIndex(({ required, given }) => given < required);
  if (open < 0) return quorumsIn(shape).some((one) => fits(one, person)) ? 'now' : 'never';
  if (filled.slice(open, open + 1).some(({ stage }) => fits(stage, person))) return 'now';
  return filled.slice(open).some(({ stage }) => fits(stage, person)) ? 'later' : 'over';
}

/**
 * True when the approval of this person would bring the gate nearer: factors, and gates that bind together, want places
 * filled that are still free. Any of the thresholds may be the one that is reached.
 */
export function bringsNearer(request: RequestState, person: Approver): boolean {
  const gate = gateOf(request);
  if (gate.all.length === 0 && gate.factors.length === 0) return true;
  const there = approversOf(request);
  return shapesOf(gate).some((shape) => placesIn(shape, [...there, person]) > placesIn(shape, there));
}

const placesIn = (shape: Shape, approvers: readonly Approver[]): number => {
  const { required, given } = seatsOf(shape, approvers);
  return Math.min(required, given);
};

/** Counted denials of the current version, by distinct people. */
export const denialsGiven = ({ votes }: RequestState): number => byPeople(votes, ({ vote }) => vote === 'deny').length;

/** True when enough distinct people approved. Asked again at redemption, from the votes themselves. */
export const quorumHolds = (request: RequestState): boolean =>
  request.gate.quorum >= 1 && missing(approvalsOf(request)) === 0;
