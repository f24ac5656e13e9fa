import { z } from 'zod';
import { NAME, NAME_RULE } from '@countersign/canonical';
import { DURATION, parseDuration } from './duration.js';

/** Names that a fact cannot have: words of the expression language and of its host. */
const RESERVED = new Set(
  'present velocity denials mentions money size true false null in as break const continue constructor else for function if import let loop package namespace return var void while int uint double string bool bytes list map type dyn duration timestamp optional exists exists_one all has'.split(
    ' ',
  ),
);

const POINTER =
  /^\/(parameters|signals|before|after|confidence|environment|target|on_behalf_of|agent_version|model_id)(\/[!-.0-~]+)*$/;
const TOKENS = /^(\/[!-.0-~]+)+$/;

/** Agents cannot state a signal of another name, so what stands there would be missing for ever. */
const namesSignal = (place: string): boolean => {
  const signal = /^\/signals\/([^/]*)/.exec(place)?.[1];
  return signal === undefined || NAME.test(signal);
};

export const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected a name: lower-case letters, digits and hyphens, at most 64');
export const actionType = z.string().regex(NAME, `expected an action type: ${NAME_RULE}`);
export const factName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a fact name: lower-case letters, digits and `_`')
  .refine((text) => !RESERVED.has(text), 'expected another name: this word is reserved');
export const condition = z
  .string()
  .min(1)
  .max(2_000)
  .describe('A yes-or-no question in CEL over the declared facts, such as `amount > money("100.00", "USD")`.');
export const duration = z
  .string()
  .regex(DURATION, 'expected a duration such as 90s, 15m, 24h or 7d')
  .transform((text) => parseDuration(text) ?? 0);
export const decimal = z
  .string()
  .regex(/^-?[0-9]{1,20}(\.[0-9]{1,4})?$/, 'expected a plain decimal in quotes, such as "0.00"');
/** ASCII only: letters of other scripts that look the same would name another field. */
export const pointer = z
  .string()
  .max(500)
  .regex(POINTER, 'expected a pointer in ASCII into the action, such as /parameters/amount or /signals/fraud_score')
  .refine(namesSignal, `expected the name of a signal: ${NAME_RULE}`);
const SENSITIVE = /^\/(parameters|signals|before|after|context|preconditions)(\/[!-.0-~]+)*$/;
/** Where a value can be hidden: a place that nothing else is found by. */
export const sensitivePlace = z
  .string()
  .max(500)
  .regex(
    SENSITIVE,
    'expected a pointer in ASCII into parameters, signals, before, after, context or preconditions, such as /parameters/iban',
  )
  .refine(namesSignal, `expected the name of a signal: ${NAME_RULE}`);
/** A pointer relative to an element of a list, or to the whole parameters. */
export const tokens = z.string().max(500).regex(TOKENS, 'expected a pointer in ASCII, such as /amount');
export const types = z
  .array(actionType)
  .min(1)
  .optional()
  .describe('The action types that this speaks for. Without it: all of the policy.');
export const mode = z
  .enum(['off', 'soft', 'shadow', 'partial', 'enforce'])
  .describe('How far the policy binds: off, soft, shadow and partial let actions run, enforce binds.');
