import {
  digestOfAction,
  factsOf,
  handleOf,
  propose,
  redeem,
  waitForDecision,
  type ActionDocument,
  type Client,
  type Proposal,
} from '@countersign/sdk';
import { gateKey } from './proposal.js';

export interface GateQuestion {
  tenant: string;
  proposal: Proposal;
  /** How long to wait for people, milliseconds. */
  waitMs: number;
  /** Why the change is not the proposed one any more, or null while it is; asked after the approval. */
  changed: () => Promise<string | null>;
  /** Told once when people are asked. */
  onWaiting: (action: ActionDocument) => void;
}

/** The members are those of `--json`. */
export interface GateAnswer {
  result: 'passed' | 'refused' | 'pending';
  /** True when this run had passed with the same change before. */
  repeated: boolean;
  why: string | null;
  action_id: string;
  request_id: string | null;
  status: string;
  /** By which another worker goes on with the action. */
  handle: string;
  votes: { vote: string; reason: string | null; voted_at: string }[];
}

const DECISION_MS = 15_000;

function verdict(action: ActionDocument, now: Date): { result: GateAnswer['result']; why: string | null } | null {
  const { status, held, effective, grant, resolution } = action;
  if (status === 'deciding' || status === 'pending') return { result: 'pending', why: 'nobody has decided in time' };
  if (status === 'approved' && held === true) return { result: 'pending', why: 'approved, and not released in time' };
  if (status !== 'approved' || grant === null) return { result: 'refused', why: resolution?.message ?? null };
  if (effective?.changed) return { result: 'refused', why: 'reviewers changed the parameters' };
  if (grant.status === 'consumed' && new Date(grant.expires_at) < now)
    return { result: 'refused', why: 'the approval was used and its time is over; start a new run' };
  return grant.status === 'issued' || grant.status === 'consumed'
    ? null
    : { result: 'refused', why: `the approval is ${grant.status}` };
}

async function decided(client: Client, question: GateQuestion, key: string): Promise<ActionDocument> {
  const { action } = await propose(client, question.proposal, key);
  const first = await waitForDecision(client, action.action_id, { timeoutMs: DECISION_MS, for: 'decision' });
  if (first.status !== 'pending' && first.status !== 'deciding' && first.held !== true) return first;
  question.onWaiting(first);
  return waitForDecision(client, action.action_id, { timeoutMs: question.waitMs });
}

/** Consumes the approval for what is there now. @throws SdkError: the gate stays closed */
async function consume(client: Client, { tenant, proposal }: GateQuestion, token: string, key: string) {
  const { environment, parameters } = proposal;
  const action_digest = digestOfAction(factsOf(tenant, proposal, parameters));
  // The same for every start of this job, so that one which died after the redemption hears the same answer again.
  return redeem(client, { token, action_digest, environment, preconditions: null, request_id: key });
}

/**
 * Proposes, waits and consumes the approval. Passes only for exactly the proposed change, and for one run at a time.
 * @throws SdkError when the system cannot be reached or refuses
 */
export async function passGate(client: Client, question: GateQuestion): Promise<GateAnswer> {
  const key = gateKey(question.proposal);
  const action = await decided(client, question, key);
  const { action_id, status, request, grant } = action;
  const answer = {
    ...{ action_id, status, request_id: request?.request_id ?? null, votes: request?.votes ?? [] },
    handle: handleOf(action, { idempotencyKey: key }),
  };
  const refusal = verdict(action, new Date());
  if (refusal !== null) return { ...refusal, ...answer, repeated: false };
  const why = await question.changed();
  if (why !== null) return { result: 'refused', why, ...answer, repeated: false };
  const passed = { result: 'passed', why: null, ...answer } as const;
  if (grant?.status === 'consumed') return { ...passed, repeated: true };
  const { repeated } = await consume(client, question, grant?.token ?? '', key);
  return { ...passed, repeated };
}
