import { eventId, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { MacKeys, PolicyPublished, PolicyReported, PolicyStateChanged, WireRecord } from '@countersign/events';

/** What the policy service writes about versions. */
export type PolicyFact =
  | { readonly name: 'PolicyPublished'; readonly event: PolicyPublished }
  | { readonly name: 'PolicyReported'; readonly event: PolicyReported }
  | { readonly name: 'PolicyStateChanged'; readonly event: PolicyStateChanged };

/**
 * The fact as a record of the topic `policies`.
 * @param timeMs when the record is written, UTC epoch milliseconds
 */
export function policyRecord(fact: PolicyFact, macKeys: MacKeys, timeMs: number): WireRecord {
  const { tenant, name, content_hash } = fact.event;
  const place = { topic: TOPICS.policies, key: recordKey(tenant, name), service: 'policy' as const, macKeys, timeMs };
  if (fact.name === 'PolicyPublished') {
    const { published_at } = fact.event;
    return toRecord({ ...place, ...fact, id: eventId(fact.name, tenant, name, content_hash, published_at) });
  }
  if (fact.name === 'PolicyReported') {
    const { reported_at, kind, result_hash } = fact.event;
    const cause = [tenant, name, content_hash, kind, result_hash, reported_at];
    return toRecord({ ...place, ...fact, id: eventId(fact.name, ...cause) });
  }
  const { changed_at, state, action_id } = fact.event;
  const cause = [tenant, name, content_hash, state, action_id ?? changed_at];
  return toRecord({ ...place, ...fact, id: eventId(fact.name, ...cause) });
}
