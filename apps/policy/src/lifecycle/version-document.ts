/** A version as the API shows it, without its text. */
export const versionDocument = ({ version, published }: VersionRecord, standing: VersionStanding | null): object => ({
  name: published.name,
  tenant: published.tenant,
  version,
  content_hash: published.content_hash,
  parent: published.parent,
  author: published.author,
  note: published.note,
  published_at: new Date(published.published_at).toISOString(),
  state: standing?.state ?? 'draft',
  mode: standing?.mode ?? null,
  since: standing && new Date(standing.since).toISOString(),
  changed_by: standing?.by ?? null,
  reason: standing?.reason ?? null,
  action_id: standing?.action_id ?? null,
  active: standing?.state === 'active',
});
import type { VersionStanding, VersionRecord } from '@countersign/policy';
