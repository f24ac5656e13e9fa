import { Body, Controller, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { CountersignError } from '@countersign/canonical';
import { decode, EventError } from '@countersign/events';
import type { ActionProposed } from '@countersign/events';
import { decideChanged } from '@countersign/policy';
import { InternalGuard } from '@countersign/service';
import { decisionFields } from './decided-event.js';
import type { EvidenceSource } from './evidence/evidence-log.js';
import type { PolicySource } from './policy-log.js';
import { DECIDE_BODY, parseDecide } from './requests.js';
import { EVIDENCE, POLICIES, VELOCITY } from './tokens.js';
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

/**
 * Decides again, for approval: an action that reviewers changed is judged by the version of its first decision, as though
 * that version were enforced everywhere.
 */
@Controller('internal')
@UseGuards(InternalGuard)
export class DecideController {
  constructor(
    @Inject(POLICIES) private readonly policies: PolicySource,
    @Inject(VELOCITY) private readonly velocity: Pick<VelocitySource, 'edited'>,
    @Inject(EVIDENCE) private readonly evidence: EvidenceSource,
  ) {}

  @ApiBody({ schema: DECIDE_BODY })
  @Post('decide')
  @HttpCode(200)
  decide(@Body() body: unknown): ReturnType<typeof decisionFields> {
    const { tenant, action, policy } = parseDecide(body);
    const speaker = this.policies.current().speaker(tenant, policy.name, policy.version);
    if (speaker === null) throw new CountersignError('not_found', 'there is no such policy version');
    const changed = readAction(action);
    const evidence = this.evidence.of(this.policies.current().setAt(Infinity), changed, Infinity);
    const facts = this.velocity.edited(speaker.policy, changed);
    return decisionFields(decideChanged(speaker, facts, { tenant, evidence }));
  }
}
