import { z } from 'zod';
import { ENVIRONMENTS, MAX_TARGET, NAME, NAME_RULE, parseTime } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { labelOf } from '@countersign/service';
import { MAX_ATTESTATION_CHARACTERS } from '@countersign/token';

export type JsonObject = { [key: string]: JsonValue };

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Attestations of one proposal. */
const MAX_ATTESTATIONS = 10;

const label = labelOf();
const name = z.string().regex(NAME, `expected a name: ${NAME_RULE}`);
// The strict parser let only JSON in, so what is inside these needs no look: it is kept as it came.
const time = z
  .string()
  .refine((text) => parseTime(text) !== null, 'expected a time that exists, as RFC 3339')
  .meta({ format: 'date-time' });
const json = z.custom<JsonValue>((value) => value !== undefined);
const object = z
  .custom<JsonObject>(isJsonObject, 'must be an object')
  .meta({ type: 'object', additionalProperties: true });

const signals = object.superRefine((named, { addIssue }) => {
  const wrong = Object.keys(named).find((one) => !NAME.test(one));
  if (wrong !== undefined)
    addIssue({ code: 'custom', message: `expected signals with names: ${NAME_RULE}`, path: [wrong] });
});

/** What an agent proposes, as in the API contract. Unknown members are refused. */
export const ActionBody = z.strictObject({
  run_id: label,
  agent: z.strictObject({ id: label, version: label }),
  model: z.strictObject({ id: label }),
  action_type: name,
  environment: z.enum(ENVIRONMENTS),
  parameters: object,
  on_behalf_of: label.nullish(),
  target: labelOf(MAX_TARGET).nullish(),
  before: json.nullish(),
  after: json.nullish(),
  rationale: z.string().max(20_000).nullish(),
  confidence: z.number().min(0).max(1).nullish(),
  signals: signals.nullish(),
  context: object.nullish(),
  preconditions: object.nullish(),
  supersedes: label.nullish(),
  reverses: label.nullish(),
  respond_within_s: z.int().min(1).nullish(),
  attestations: z.array(z.string().min(1).max(MAX_ATTESTATION_CHARACTERS)).max(MAX_ATTESTATIONS).nullish(),
});
export type ActionBody = z.infer<typeof ActionBody>;

/** What an agent reports after the effect. */
export const OutcomeBody = z.strictObject({
  status: z.enum(['executed', 'failed', 'rolled_back']),
  result: object.nullish(),
  post_checks: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(256),
        passed: z.boolean(),
        detail: z.string().max(20_000).nullish(),
      }),
    )
    .max(200)
    .nullish(),
  occurred_at: time.nullish(),
});
export type OutcomeBody = z.infer<typeof OutcomeBody>;

/** What somebody found out about an action. */
export const LabelBody = z.strictObject({
  label: z.enum(['harmful', 'harmless']),
  source: label,
  observed_at: time.nullish(),
  note: z.string().max(20_000).nullish(),
});
export type LabelBody = z.infer<typeof LabelBody>;

export const CancelBody = z.strictObject({ reason: z.string().max(20_000).nullish() });
