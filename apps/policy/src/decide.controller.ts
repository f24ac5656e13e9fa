import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { canonicalBytes, canonicalize, checkKept, CountersignError, LIMITS, parseJson } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { decode, EventError } from '@countersign/events';
import type { ActionProposed } from '@countersign/events';
import { countsOf, decideChanged, derivedAfter, statedAmount, statedIn, termsOf } from '@countersign/policy';
import type { DeniedBefore, PolicyVersion, TypeTerms } from '@countersign/policy';
import { Access } from '@countersign/service';
import { decisionFields } from './decided-event.js';
import type { DenialSource } from './denials/denial-log.js';
import type { EvidenceSource } from './evidence/evidence-log.js';
import { guardChange } from './lifecycle/change-guard.js';
import type { ChangeSeal } from './lifecycle/change-seal.js';
import type { PolicySource } from './policy-log.js';
import { DECIDE_BODY, parseDecide } from './requests.js';
import { CHANGE_SEAL, POLICIES, SOURCES, VELOCITY } from './tokens.js';
import type { VelocitySource } from './velocity/velocity.js';

function readAction(base64: string): ActionProposed {
  try {
    const { name, event } = decode(Buffer.from(base64, 'base64'));
    if (name === 'ActionProposed') return event as ActionProposed;
  } catch (error) {
    if (!(error instanceof EventError)) throw error;
  }
  throw new CountersignError('invalid_request', 'expected a framed ActionProposed', { pointer: '/action' });
}

/** The changed action with the result that follows from it, where the version that speaks declares how. */
function withAfter({ policy }: PolicyVersion, changed: ActionProposed): ActionProposed {
  const declared = policy.types.get(changed.action_type)?.after ?? null;
  const before = readObject(changed.before);
  if (declared === null || before === null) return changed;
  const after = derivedAfter([declared], { before, parameters: readObject(changed.parameters) ?? {} });
  // It may hold a value many times over, so its size is looked at before its text is made.
  checkKept({ '/after': canonicalBytes(after, LIMITS.kept) });
  return after === null ? changed : { ...changed, after: canonicalize(after), after_stated_by: 'countersign' };
}

function readObject(text: string | null): { [member: string]: JsonValue } | null {
  const value = text === null ? null : parseJson(text);
  return typeof value === 'object' && !Array.isArray(value) ? value : null;
}

function amountOf({ amounts }: TypeTerms, { parameters }: ActionProposed) {
  const amount = statedAmount(amounts, parseJson(parameters));
  return { amount_value: amount?.value ?? null, amount_currency: amount?.currency ?? null };
}

const sensitiveIn = ({ sensitive }: TypeTerms, { parameters, after }: ActionProposed): string[] =>
  statedIn(sensitive, { parameters: readObject(parameters), after: readObject(after) });

/** What is known of the past beside the counters. */
export interface Sources {
  readonly evidence: EvidenceSource;
  readonly denials: DenialSource;
}

/** What policy answers about a changed action. */
type Redecided = ReturnType<typeof decisionFields> &
  Pick<ActionProposed, 'after' | 'amount_value' | 'amount_currency'> & {
    /** Pointers of values that may not be stored in plain text, of those that the change states. */
    readonly sensitive: readonly string[];
    readonly denied_before: readonly DeniedBefore[];
  };

/**
 * Decides again, for approval: an action that reviewers changed is judged by the version of its first decision, as though
 * that version were enforced everywhere.
 */
@Controller('internal')
@Access('service')
export class DecideController {
  constructor(
    @Inject(POLICIES) private readonly policies: PolicySource,
    @Inject(VELOCITY) private readonly velocity: Pick<VelocitySource, 'edited'>,
    @Inject(SOURCES) private readonly sources: Sources,
    @Inject(CHANGE_SEAL) private readonly seal: ChangeSeal,
  ) {}

  @ApiBody({ schema: DECIDE_BODY })
  @Post('decide')
  @HttpCode(200)
  async decide(@Body() body: unknown): Promise<Redecided> {
    const { tenant, action, policy } = parseDecide(body);
    const speaker = this.policies.current().speaker(tenant, policy.name, policy.version);
    if (speaker === null) throw new CountersignError('not_found', 'there is no such policy version');
    const changed = withAfter(speaker, readAction(action));
    const evidence = this.sources.evidence.of(this.policies.current().setAt(Infinity), changed, Infinity);
    const denied_before = await this.sources.denials.of(changed, null);
    const facts = { ...this.velocity.edited(speaker.policy, changed), denials: countsOf(denied_before) };
    const terms = this.termsOf(speaker, changed);
    const decision = decideChanged(speaker, facts, { tenant, evidence, draws: null });
    const change = { facts, tenant, operators: changed.operators };
    const guarded = guardChange(decision, change, { history: this.policies.current(), seal: this.seal });
    return {
      ...decisionFields(guarded),
      after: changed.after,
      sensitive: sensitiveIn(terms, changed),
      denied_before,
      ...amountOf(terms, changed),
    };
  }

  /** As intake reads a proposal: what any policy of the tenant says of the type now, or did when it was first decided. */
  private termsOf(speaker: PolicyVersion, { tenant, action_type }: ActionProposed): TypeTerms {
    const history = this.policies.current();
    const active = [speaker, ...history.activeAt(Infinity)];
    return termsOf({ active, shadows: history.shadowsAt(Infinity) }, tenant, action_type);
  }
}
