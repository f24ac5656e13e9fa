import { settle } from './deadlines.js';
import { foldBreakGlass } from './fold-break-glass.js';
import { foldCancel } from './fold-cancel.js';
import { foldCustody } from './fold-custody.js';
import { foldDecided } from './fold-decided.js';
import { foldEvidence } from './fold-evidence.js';
import { foldFreeze } from './fold-freeze.js';
import { foldOutcome } from './fold-outcome.js';
import { foldRedemption } from './fold-redemption.js';
import { foldRelease } from './fold-release.js';
import { foldRevocation } from './fold-revocation.js';
import { foldShown } from './fold-shown.js';
import { foldVote } from './fold-vote.js';
import { refuse } from './facts.js';
import type { Answer, Facts, LogEvent, LogRecord, Rejection, Turn } from './facts.js';
import { answer } from './remember.js';
import type { PartitionState } from './state.js';
import { forgetOpened, undoFor } from './undo.js';

/**
 * Folds one record of the approval log into the state of its partition, in offset order. Deterministic: it knows no
 * clock but the largest LogAppendTime so far, no randomness and no environment, so every instance computes the same.
 * Deadlines up to the log time settle first. A record that is not valid yields a refusal, never a throw.
 */
export function apply(state: PartitionState, record: LogRecord): Facts {
  state.log_time = Math.max(state.log_time, record.timestampMs);
  state.counters.folded += 1;
  const turn: Turn = { state, now: state.log_time, events: [], touched: new Set(), faults: [] };
  settle(turn);
  const { events, touched, faults } = turn;
  const judged = guarded(turn, record);
  const rejected = judged.rejected ?? (faults[0] === undefined ? null : { reason: 'internal', detail: faults[0] });
  return { events, touched, answer: judged.answer, rejected };
}

interface Judged {
  readonly answer: Answer;
  readonly rejected: Rejection | null;
}

/** A throw is a bug of ours. It is a refusal that leaves the state as it was, and the same on every instance. */
function guarded(turn: Turn, record: LogRecord): Judged {
  const { state, events } = turn;
  const id = 'action_id' in record.event ? record.event.action_id : null;
  const known = (id !== null && state.actions.get(id)) || null;
  const [undo, published] = [undoFor(state, known), events.length];
  try {
    return judged(turn, record);
  } catch (fault) {
    undo();
    const opened = known === null && id !== null ? state.actions.get(id) : undefined;
    if (opened) forgetOpened(state, opened);
    events.length = published;
    const detail = `${record.name} could not be judged (${(fault as Error).name})`;
    return { answer: answer(turn, refuse('internal')), rejected: { reason: 'internal', detail } };
  }
}

function judged(turn: Turn, record: LogRecord): Judged {
  if (record.name !== 'ActionDecided') return { answer: judge(turn, record), rejected: null };
  const rejected = foldDecided(turn, record.event);
  return { answer: answer(turn, null), rejected };
}

function judge(turn: Turn, record: Exclude<LogEvent, { name: 'ActionDecided' }>): Answer {
  switch (record.name) {
    case 'VoteCast':
      return foldVote(turn, record.event);
    case 'PacketShown':
      return foldShown(turn, record.event);
    case 'CancelRequested':
      return foldCancel(turn, record.event);
    case 'RedemptionRequested':
      return foldRedemption(turn, record.event);
    case 'RevocationRequested':
      return foldRevocation(turn, record.event);
    case 'BreakGlassRequested':
      return foldBreakGlass(turn, record.event);
    case 'ReleaseRequested':
      return foldRelease(turn, record.event);
    case 'OutcomeFiled':
      return foldOutcome(turn, record.event);
    case 'CustodyRequested':
      return foldCustody(turn, record.event);
    case 'EvidenceAttached':
      return foldEvidence(turn, record.event);
    case 'FreezeRequested':
      return foldFreeze(turn, record.event);
    case 'Ticked':
      return answer(turn, null);
  }
}
