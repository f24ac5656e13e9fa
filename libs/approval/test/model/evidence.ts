import type { EventMap } from '@countersign/events';
import { isSame } from './gates.js';
import { onTable } from './packet.js';
import { bar } from './people.js';
import type { Action, Answer, Ask, World } from './world.js';
import { no, say } from './world.js';

type Attached = EventMap['EvidenceAttached'];
const MIB = 1024 * 1024;

/** As whom somebody attaches; null for who may not. */
function roleOf(action: Action, ask: Ask, { as_agent, ...who }: Attached): string | null {
  if (as_agent) return ask.kind !== 'audit' && who.subject === action.decided.agent_id ? 'agent' : null;
  const barred = bar(action, ask, who);
  if (ask.kind === 'audit') return barred === null ? 'reviewer' : null;
  if (barred === 'operator') return 'operator';
  return barred === 'role' || barred === 'self' ? null : 'reviewer';
}

/** Approvals of the packet without it are void and may be given again, denials stand. */
export function attach(world: World, action: Action, ask: Ask, event: Attached): Answer | null {
  const { attachment_id, kind, name, media_type, size_bytes, sha256, issuer, subject } = event;
  const role = roleOf(action, ask, event);
  if (role === null) return no('forbidden');
  if (ask.status !== 'pending') return no('already_terminal');
  if (ask.evidence.some((one) => one.kind === kind && one.sha256 === sha256)) return no('already_attached');
  const bytes = ask.evidence.reduce((sum, one) => sum + one.size_bytes, size_bytes);
  const own = ask.evidence.filter(({ attached_by }) => attached_by.role === 'agent').length;
  if (bytes > 50 * MIB || ask.evidence.length >= 20 || (role === 'agent' && own >= 10)) return no('evidence_full');
  const attached_by = { issuer, subject, role };
  ask.evidence.push({ attachment_id, kind, name, media_type, size_bytes, sha256, attached_by });
  ask.packet = onTable(ask.bare, ask.evidence);
  const approvals = ask.votes.filter(({ vote }) => vote.startsWith('approve'));
  const voided = approvals.filter(({ counts }) => counts).length;
  for (const cast of approvals) Object.assign(cast, { counts: false, again: true });
  ask.seen = ask.seen.filter(({ who }) => issuer !== null && isSame(who, { issuer, subject, roles: null }));
  say(world, 'EvidenceRecorded', ask.id, kind, role, ask.packet, voided);
  return null;
}
