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
    on_behalf_of: `customer:${record.customer}`,
    parameters: record.input,
    ...(record.before === null ? {} : { before: record.before }),
    rationale: record.agent_said_before,
  };
}

/** What the tool answered, as the result of the outcome. */
export function resultOf({ result }: RecordedAction): JsonObject {
  return { detail: result.detail };
}
