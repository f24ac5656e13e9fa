import { CountersignError } from '@countersign/canonical';
import type { ModeOverride, PolicyHistory, PolicyLine, VersionRecord, VersionState } from '@countersign/policy';
import type { Reviewer } from '@countersign/service';

/** A version and the line of versions that it is in. */
export interface Subject {
  readonly line: PolicyLine;
  readonly record: VersionRecord;
}

/** Where a version is to go. */
export interface WantedState {
  readonly state: VersionState;
  readonly mode: ModeOverride;
}

export const EVERY_TENANT = '*';
const AUTHORS = ['policy-author', 'risk-owner'];

/** @throws CountersignError `not_found` */
export function subjectOf(history: PolicyHistory, tenant: string, name: string, version: number): Subject {
  const found = history.where(tenant, name, version);
  if (found === null) throw new CountersignError('not_found', 'there is no such policy version');
  return found;
}

/** @throws CountersignError `forbidden` for anyone who is neither author nor risk owner */
export function requireAuthor({ roles }: Reviewer): void {
  if (!AUTHORS.some((role) => roles.includes(role)))
    throw new CountersignError('forbidden', `only a person with the role ${AUTHORS.join(' or ')} may do this`);
}

/**
 * A policy for every tenant is changed by one of them, which the operator names.
 * @throws CountersignError `forbidden`
 */
export function requireOwner(owner: string, { tenant }: Reviewer, sharedTenant: string | null): void {
  if (owner === tenant || (owner === EVERY_TENANT && tenant === sharedTenant)) return;
  throw new CountersignError('forbidden', 'this policy holds for every tenant; yours may not change it');
}
