export { JsonError, parseJson, parseJsonInTurns, pointerTo, sentBytes } from './json.js';
export type { JsonErrorCode, JsonLimits, JsonValue } from './json.js';
export { jsonPatch, replaceAll } from './json-patch.js';
export type { JsonPatch, PatchOperation } from './json-patch.js';
export { isName, labelFault, MAX_LABEL, MAX_TARGET, NAME, NAME_RULE } from './labels.js';
export { checkKept, LIMITS } from './limits.js';
export { asWritten, canonicalBytes, canonicalize, digestOf, sha256 } from './canonical.js';
export { actionDigest } from './action-digest.js';
export type { DigestedAction } from './action-digest.js';
export { hide, keyedHash, redactionKeyOf, WITHHELD } from './hide.js';
export type { Hidden, RedactionKey, RedactionKeys } from './hide.js';
export { actionId, derivedId, NAMESPACE, uuid5 } from './ids.js';
export type { IdPrefix } from './ids.js';
export { idempotencyKeyOf, otherBodyUnderKey } from './idempotency-key.js';
export { CURRENCIES } from './currencies.js';
export { ENVIRONMENTS, isEnvironment } from './environments.js';
export type { Environment } from './environments.js';
export {
  addDecimal,
  compareDecimal,
  currencyFault,
  currencyOf,
  findBadMoney,
  fromMinorUnits,
  looksLikeMoney,
  minorDigits,
  parseMoney,
} from './money.js';
export type { Money } from './money.js';
export { CLOCK_SKEW_MS, parseTime } from './times.js';
export { CountersignError, problemOf, PROBLEMS } from './problem.js';
export type { Problem, ProblemCode, ProblemDetails } from './problem.js';
export { codeOf } from './characters/sign.js';
export type { Sign } from './characters/sign.js';
export { hiddenIn, withoutHidden } from './characters/hidden.js';
export { lookAlikesIn, looksLike, wideIn } from './characters/look-alike.js';
export { runsOf } from './characters/direction.js';
export { isPlainText, jsonText, piecesOf, printable, signsIn, visibleText } from './characters/signs.js';
export type { Piece } from './characters/signs.js';
export { seenLength } from './characters/count.js';
export { foldText } from './characters/fold.js';
export { cut, nameOf, show, showName } from './shown/shown.js';
export type { Cut, Named, Shown, ShowOptions } from './shown/shown.js';
export { inLines, inText } from './shown/in-text.js';
export { packetSections } from './shown/packet-sections.js';
export type { Entry, Section } from './shown/packet-sections.js';
