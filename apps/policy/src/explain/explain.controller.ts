import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { CountersignError } from '@countersign/canonical';
import type { Engine } from '@countersign/clickhouse';
import type { DecisionRecorded } from '@countersign/events';
import { differencesOf, evaluate, explain, recordedEvidence } from '@countersign/policy';
import type { Circumstances, Explanation, PolicyVersion, TrailEntry } from '@countersign/policy';
import { Access, Person } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import type { PolicySource } from '../policy-log.js';
import { ENGINE, POLICIES } from '../tokens.js';
import { recordedAction } from './recorded-action.js';
import type { RecordedAction } from './recorded-action.js';

/** A recorded decision, and what a version says of the same action now. */
export interface ExplainedAction extends Explanation {
  readonly action_id: string;
  readonly recorded: Omit<DecisionRecorded, 'explanation'> & { readonly explanation: readonly TrailEntry[] };
  /** True when the version decides as recorded, in every field. */
  readonly equal: boolean;
  /** Names of the fields that differ. */
  readonly differences: readonly string[];
}

function explained(
  recorded: RecordedAction,
  speaker: PolicyVersion,
  decided: Explanation['decision'] | null,
): ExplainedAction {
  const { action, decision: was } = recorded;
  const explanation = explain(speaker, action, circumstancesOf(was));
  const decision = decided ?? explanation.decision;
  const differences = differencesOf(decision, was);
  const trail = JSON.parse(was.explanation) as readonly TrailEntry[];
  const said = { action_id: was.action_id, recorded: { ...was, explanation: trail } };
  return { ...said, equal: differences.length === 0, differences, ...explanation, decision };
}

const circumstancesOf = ({ tenant, unproven }: DecisionRecorded): Circumstances => ({
  tenant,
  evidence: recordedEvidence(unproven),
});

/** Why a recorded action was decided as it was. */
@Controller('v1/policies')
@Access('person')
export class ExplainController {
  constructor(
    @Inject(POLICIES) private readonly policies: PolicySource,
    @Inject(ENGINE) private readonly engine: Engine,
  ) {}

  /**
   * Evaluates the recorded action again: by the policies that were active then, or by one version alone, of the policy
   * that decided unless another is named.
   */
  @Get('explain/:action_id')
  async explain(
    @Param('action_id') actionId: string,
    @Query('version') version: string | undefined,
    @Query('policy') policy: string | undefined,
    @Person() { tenant }: Reviewer,
  ): Promise<ExplainedAction> {
    const recorded = await recordedAction(this.engine, tenant, actionId);
    if (recorded === null) throw new CountersignError('not_found', 'no decided action of this id is in the audit');
    return version === undefined
      ? this.asThen(recorded)
      : this.byVersion(recorded, policy ?? recorded.decision.policy_name, numberOf(version));
  }

  private asThen(recorded: RecordedAction): ExplainedAction {
    const { action, decision: was, proposedAtMs } = recorded;
    const set = this.policies.current().setAt(proposedAtMs);
    const decision = evaluate(set, was.tenant, action, circumstancesOf(was));
    return explained(recorded, this.speaker(was, decision.policy_name, decision.policy_version), decision);
  }

  private byVersion(recorded: RecordedAction, policy: string, version: number): ExplainedAction {
    return explained(recorded, this.speaker(recorded.decision, policy, version), null);
  }

  private speaker({ tenant }: DecisionRecorded, name: string, version: number): PolicyVersion {
    const speaker = this.policies.current().speaker(tenant, name, version);
    if (speaker === null) throw new CountersignError('not_found', `there is no version ${version} of ${name}`);
    return speaker;
  }
}

function numberOf(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new CountersignError('invalid_request', 'expected the number of a version', { pointer: '/version' });
}
