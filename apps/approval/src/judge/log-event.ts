import type { LogEvent, LogName } from '@countersign/approval';
import type { Opened } from '@countersign/events';

const NAMES: Readonly<Record<LogName, true>> = {
  ActionDecided: true,
  VoteCast: true,
  PacketShown: true,
  CancelRequested: true,
  CustodyRequested: true,
  EvidenceAttached: true,
  RedemptionRequested: true,
  RevocationRequested: true,
  BreakGlassRequested: true,
  ReleaseRequested: true,
  OutcomeFiled: true,
  FreezeRequested: true,
  Ticked: true,
};

/** The event as one of the approval log, or null when it is none. */
export const logEventOf = ({ name, event }: Opened): LogEvent | null =>
  Object.hasOwn(NAMES, name) ? ({ name, event } as LogEvent) : null;
