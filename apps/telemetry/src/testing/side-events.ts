import { derivedId } from '@countersign/canonical';
import type { CustodyChanged, EventMap, EvidenceRecorded, HoldChanged } from '@countersign/events';
import { exampleOf } from './bystanders.js';
import type { Scene } from './story-events.js';

/** Evidence that came late: the packet has a new digest, and approvals of the old one count no more. */
export const evidence = (
  { facts, request_id, action }: Scene,
  voided_votes: string[],
  at: number,
): EvidenceRecorded => ({
  ...exampleOf('EvidenceRecorded'),
  ...facts,
  ...{ request_id, request_kind: 'approval', gate: action.gate, packet_digest: 'p3', voided_votes, attached_at: at },
});

export const held = (scene: Scene, change: Partial<HoldChanged>, changed_at: number): HoldChanged => ({
  ...exampleOf('HoldChanged'),
  ...scene.facts,
  ...{ request_id: scene.request_id, release_at: null, issuer: null, reviewer_id: null, reason: null },
  ...{ ...change, changed_at },
});

export const custody = ({ facts, request_id, action }: Scene, at: number): CustodyChanged => ({
  ...exampleOf('CustodyChanged'),
  ...facts,
  ...{ request_id, request_kind: 'approval', gate: action.gate, verb: 'claim', subject: 'ann', at },
});

/** Events that are told and must change nothing of what people decided. */
export const ASIDE = ['PacketOpened', 'RequestReminded', 'Refused', 'ReviewCompared'] as const;

export function asideEvent<N extends (typeof ASIDE)[number]>(name: N, { facts, request_id }: Scene): EventMap[N] {
  return { ...exampleOf(name), ...facts, request_id: name === 'ReviewCompared' ? `${request_id}_review` : request_id };
}

export const grantEnd = <N extends 'GrantRevoked' | 'GrantLapsed'>(name: N, { facts }: Scene): EventMap[N] => ({
  ...exampleOf(name),
  ...facts,
  grant_id: derivedId('grant', facts.action_id),
});

export const glass = ({ facts, request_id, action }: Scene, broken_at: number): EventMap['GlassBroken'] => ({
  ...exampleOf('GlassBroken'),
  ...facts,
  ...{
    request_id,
    gate: action.gate ?? '',
    reviewer_id: 'dan',
    grant_id: derivedId('grant', facts.action_id),
    broken_at,
  },
});
