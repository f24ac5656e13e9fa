import type { JsonObject, Proposal } from '@countersign/sdk';
import type { RecordedAction } from './records.js';

/** The recorded action as its agent would have proposed it. There is no confidence in recordings. */
export function proposalOf(record: RecordedAction): Proposal {
  return {
    run_id: record.run_id,
    agent: { id: record.agent, version: record.agent_version },
    model: { id: record.model_id },
    action_type: record.action_type,
    environment: 'production',
    on_behalf_of: typeof record.customer === 'string' ? `customer:${record.customer}` : null,
    parameters: record.input,
    ...(record.before === null || record.before === undefined ? {} : { before: record.before }),
    rationale: record.agent_said_before ?? null,
  };
}

/** What the tool answered, as the result of the outcome. */
export function resultOf({ result }: RecordedAction): JsonObject {
  return result?.detail === undefined ? {} : { detail: result.detail };
}
