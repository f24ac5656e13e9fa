import { z } from 'zod';
import { CountersignError, ENVIRONMENTS } from '@countersign/canonical';
import { parseDuration } from '@countersign/policy';
import type { PolicyAction } from '@countersign/policy';
import { openapiOf, validate } from '@countersign/service';

const MAX_NAME = 64;
const text = z.string().max(500);
const optionalText = text.nullish().transform((value) => value ?? null);
const json = z
  .json()
  .nullish()
  .transform((value) => value ?? null);
const policyName = z.strictObject({ name: z.string().max(MAX_NAME), version: z.int().min(1) });

const checkRequest = z.strictObject({ content: z.string(), file: z.string().max(200).default('policy.yaml') });

/** An action as it is submitted; members that no policy reads are passed over. */
const proposal = z.object({
  action_type: text,
  environment: z.enum(ENVIRONMENTS),
  target: optionalText,
  on_behalf_of: optionalText,
  agent: z.object({ version: text }).optional(),
  model: z.object({ id: text }).optional(),
  confidence: z.number().nullish(),
  parameters: json,
  signals: json,
  before: json,
  after: json,
});
const explainRequest = z.strictObject({ action: proposal, policy: policyName.optional() });

const decideRequest = z.strictObject({ tenant: z.string(), action: z.base64(), policy: policyName });

/** The bodies as the OpenAPI document shows them. */
export const CHECK_BODY = openapiOf(checkRequest);
export const EXPLAIN_BODY = openapiOf(explainRequest);
export const DECIDE_BODY = openapiOf(decideRequest);

/** @throws CountersignError `invalid_request` with a pointer, as the two below */
export const parseCheck = (body: unknown): z.output<typeof checkRequest> => validate(checkRequest, body);

export const parseDecide = (body: unknown): z.output<typeof decideRequest> => validate(decideRequest, body);

export function parseExplain(body: unknown): { action: PolicyAction; policy: z.output<typeof policyName> | null } {
  const { action, policy } = validate(explainRequest, body);
  const { agent, model, confidence, ...rest } = action;
  return {
    action: { ...rest, agent_version: agent?.version ?? '', model_id: model?.id ?? '', confidence: confidence ?? null },
    policy: policy ?? null,
  };
}

const backtestRequest = z
  .strictObject({
    content: z.string().optional(),
    version: z.int().min(1).optional(),
    since: z.string().max(40).default('90d'),
    until: z.iso.datetime({ offset: true }).optional(),
    min_history: z.int().min(1).optional(),
  })
  .refine(({ content, version }) => (content === undefined) !== (version === undefined), {
    message: 'expected either `content` or `version`',
    path: ['content'],
  });

export const BACKTEST_BODY = openapiOf(backtestRequest);

/** What to try, and over which time. */
export interface BacktestAsked {
  /** Text of a policy file, or the number of a version. */
  readonly candidate: string | number;
  readonly from: Date;
  readonly to: Date;
  readonly min_history: number | null;
}

/** A duration counts back from the end; anything else is a time of its own. */
function sinceOf(since: string, to: Date): Date {
  const seconds = parseDuration(since);
  const from = seconds === null ? new Date(since) : new Date(to.getTime() - seconds * 1_000);
  if (Number.isNaN(from.getTime()) || from >= to)
    throw new CountersignError('invalid_request', 'expected a duration such as 90d, or a time before the end', {
      pointer: '/since',
    });
  return from;
}

/** @param nowMs the end of the time unless the body names one, UTC epoch milliseconds */
export function parseBacktest(body: unknown, nowMs: number): BacktestAsked {
  const { content, version, since, until, min_history } = validate(backtestRequest, body);
  const to = new Date(until ?? nowMs);
  return { candidate: content ?? version ?? '', from: sinceOf(since, to), to, min_history: min_history ?? null };
}

const shadowReportRequest = z.strictObject({
  since: z.string().max(40).default('90d'),
  until: z.iso.datetime({ offset: true }).optional(),
  min_history: z.int().min(1).optional(),
});

export const SHADOW_REPORT_BODY = openapiOf(shadowReportRequest);

/** @param nowMs the end of the time unless the body names one, UTC epoch milliseconds */
export function parseShadowReport(body: unknown, nowMs: number): Omit<BacktestAsked, 'candidate'> {
  const { since, until, min_history } = validate(shadowReportRequest, body ?? {});
  const to = new Date(until ?? nowMs);
  return { from: sinceOf(since, to), to, min_history: min_history ?? null };
}
