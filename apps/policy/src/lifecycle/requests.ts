import { z } from 'zod';
import { openapiOf, validate } from '@countersign/service';

const MAX_TEXT = 256 * 1_024;
const note = z
  .string()
  .max(2_000)
  .nullish()
  .transform((value) => value ?? null);
const mode = z
  .enum(['off', 'soft', 'shadow', 'partial', 'enforce'])
  .nullish()
  .transform((value) => value ?? null);
const version = z.int().min(1);

const publishRequest = z.strictObject({
  content: z.string().max(MAX_TEXT),
  cases: z
    .string()
    .max(MAX_TEXT)
    .nullish()
    .transform((value) => value ?? null),
  note,
});
const stateRequest = z.strictObject({
  state: z.enum(['draft', 'shadow', 'active', 'retired']),
  mode,
  reason: note,
});
const activateRequest = z.strictObject({
  version,
  state: z.enum(['draft', 'shadow', 'active', 'retired']).default('active'),
  mode,
  token: z.string().min(1).max(16_384),
  reason: note,
});
const changeQuery = z.strictObject({ state: stateRequest.shape.state.default('active'), mode: mode.optional() });
const diffQuery = z.strictObject({ from: z.coerce.number().pipe(version), to: z.coerce.number().pipe(version) });

/** The bodies as the OpenAPI document shows them. */
export const PUBLISH_BODY = openapiOf(publishRequest);
export const STATE_BODY = openapiOf(stateRequest);
export const ACTIVATE_BODY = openapiOf(activateRequest);

export type PublishRequest = z.output<typeof publishRequest>;
export type StateRequest = z.output<typeof stateRequest>;
export type ActivateRequest = z.output<typeof activateRequest>;

/** @throws CountersignError `invalid_request` with a pointer, as those below */
export const parsePublish = (body: unknown): PublishRequest => validate(publishRequest, body);
export const parseState = (body: unknown): StateRequest => validate(stateRequest, body);
export const parseActivate = (body: unknown): ActivateRequest => validate(activateRequest, body);
export const parseDiff = (query: unknown): z.output<typeof diffQuery> => validate(diffQuery, query);

export function parseChange(query: unknown): Pick<StateRequest, 'state' | 'mode'> {
  const { state, mode: wanted } = validate(changeQuery, query);
  return { state, mode: wanted ?? null };
}
