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
import type { Answer, Facts, LogEvent, LogRecord, Turn } from './facts.js';
import { answer } from './remember.js';
import type { PartitionState } from './state.js';

/**
 * Folds one record of the approval log into the state of its partition, in offset order. Deterministic: it knows no
 * clock but the largest LogAppendTime so far, no randomness and no environment, so every instance computes the same.
 * Deadlines up to the log time settle first. A record that is not valid yields a refusal, never a throw.
 */
export function apply(state: PartitionState, record: LogRecord): Facts {
  state.log_time = Math.max(state.log_time, record.timestampMs);
  state.counters.folded += 1;
  const turn: Turn = { state, now: state.log_time, events: [], touched: new Set() };
  settle(turn);
  const { events, touched } = turn;
  if (record.name === 'ActionDecided') {
    const rejected = foldDecided(turn, record.event);
    return { events, touched, answer: answer(turn, null), rejected };
  }
  return { events, touched, answer: judge(turn, record), rejected: null };
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
