import type { ActionProposed } from '@countersign/events';
import type { JsonValue } from '@countersign/canonical';
import { readAttested } from './attested.js';
import type { DenialCounts } from './denials/denials.js';
import type { CountedWindows } from './velocity/counted.js';

/** What a policy may look at: the proposal with its JSON texts read. */
export interface PolicyAction {
  readonly action_type: string;
  readonly environment: string;
  readonly target: string | null;
  readonly on_behalf_of: string | null;
  readonly agent_version: string;
  readonly model_id: string;
  readonly confidence: number | null;
  readonly parameters: JsonValue;
  readonly signals: JsonValue;
  readonly before: JsonValue;
  readonly after: JsonValue;
  /** Facts that identify the state of the world; left out where they are not known. */
  readonly preconditions?: JsonValue;
  /** Pointers whose values stand here as keyed hashes. */
  readonly hidden?: readonly string[];
  /** `act_…`; shares and samples are drawn from it. */
  readonly action_id?: string;
  readonly agent_id?: string;
  /** When the action was proposed, epoch milliseconds. Without it a working-hours calendar says nothing. */
  readonly at_ms?: number | null;
  /** Who stated a value, by RFC 6901 pointer; `agent` where nothing is said. */
  readonly stated?: Readonly<Record<string, string>>;
  /** Signals by the provider that attested them; conditions read them where a fact names that provider. */
  readonly attestations?: Readonly<Record<string, JsonValue>> | null;
  /** Values of the policy's velocity counters by name, computed from the log; never from the proposal. */
  readonly velocity?: Readonly<Record<string, JsonValue>> | null;
  /** What people denied before; left out: nothing. null: not known. */
  readonly denials?: DenialCounts | null;
  /** What the log counted, for every policy that speaks; each reads its own `velocity` from it. */
  readonly counted?: CountedWindows | null;
}

/** Intake has validated these texts. One that still does not parse counts as missing, which never loosens. */
function read(text: string | null): JsonValue {
  if (text === null) return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}

/** The fields of a proposal that policies look at. */
export type ProposedFacts = Pick<
  ActionProposed,
  | 'action_id'
  | 'agent_id'
  | 'agent_version'
  | 'model_id'
  | 'action_type'
  | 'environment'
  | 'on_behalf_of'
  | 'target'
  | 'confidence'
  | 'parameters'
  | 'signals'
  | 'before'
  | 'after'
  | 'submitted_at'
  | 'attestations'
> &
  Partial<Pick<ActionProposed, 'preconditions' | 'sensitive'>>;

function attested(text: string | null): Pick<PolicyAction, 'attestations'> {
  const attestations = readAttested(read(text));
  return attestations === null ? {} : { attestations };
}

/** The view of a proposal that policies are evaluated on. Never throws. */
export function actionOf(event: ProposedFacts): PolicyAction {
  return {
    action_type: event.action_type,
    environment: event.environment,
    target: event.target,
    on_behalf_of: event.on_behalf_of,
    agent_version: event.agent_version,
    model_id: event.model_id,
    confidence: event.confidence,
    parameters: read(event.parameters),
    signals: read(event.signals),
    before: read(event.before),
    after: read(event.after),
    action_id: event.action_id,
    agent_id: event.agent_id,
    at_ms: event.submitted_at,
    ...attested(event.attestations),
    ...(event.preconditions === undefined ? {} : { preconditions: read(event.preconditions) }),
    ...(event.sensitive === undefined || event.sensitive.length === 0 ? {} : { hidden: event.sensitive }),
  };
}
