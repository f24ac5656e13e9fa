import { digestOf } from './canonical.js';
import type { JsonValue } from './json.js';

/** What takes effect; `null` where the action has none. */
export interface DigestedAction {
  readonly tenant: string;
  readonly agent_id: string;
  readonly action_type: string;
  readonly environment: string;
  readonly on_behalf_of: string | null;
  readonly target: string | null;
  readonly parameters: JsonValue;
  readonly preconditions: JsonValue;
}

/** The action digest of the API contract: SHA-256 over RFC 8785 of exactly these members and `v: 1`. */
export function actionDigest(action: DigestedAction): string {
  const { tenant, agent_id, action_type, environment, on_behalf_of, target, parameters, preconditions } = action;
  return digestOf({
    v: 1,
    ...{ tenant, agent_id, action_type, environment, on_behalf_of, target, parameters, preconditions },
  });
}
