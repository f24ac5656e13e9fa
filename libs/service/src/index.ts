export { commaList, httpUrl, positiveInt, required } from './env.js';
export type { Env } from './env.js';
export { loadServiceConfig } from './service.config.js';
export type { ServiceConfig } from './service.config.js';
export { rotateMacKey } from './mac-keys.js';
export { keyedDraws, liveDrawKeys, rotateDrawKey } from './draw-keys.js';
export type { DrawKeys, KeyedDraws } from './draw-keys.js';
export { readRedactionKeys } from './redaction-keys.js';
export { readSecret } from './secret-file.js';
export { createLogger } from './logger.js';
export type { LogFields, Logger, LogLevel } from './logger.js';
export { Readiness } from './readiness.js';
export type { Probe } from './readiness.js';
export { LOGGER, METRICS, READINESS, SERVICE_CONFIG } from './tokens.js';
export { startService } from './start-service.js';
export { runMain } from './run-main.js';
export type { RunningService, ServiceOptions } from './start-service.js';
export { decodeUtf8, jsonProblem, parseStrictly, tooLarge } from './json-body.js';
export { MAX_ATTACHMENT_BYTES, RawBodies } from './raw-body.js';
export { labelOf, validate } from './validate.js';
export { asError, sendProblem } from './problem.filter.js';
export { bearerToken } from './bearer.js';
export {
  addAgent,
  addKey,
  hashKey,
  newKey,
  newSecret,
  hasAgent,
  NO_CREDENTIALS,
  revokeKey,
  rotateKey,
  rotateSecret,
  setCallback,
} from './credentials.js';
export type { AgentCredentials, Credentials, ExecutorCredentials, KeyOwner, NewKey, StoredKey } from './credentials.js';
export { addProviderKey, newProviderKey, rotateProviderKey } from './provider-keys.js';
export type { NewProviderKey, ProviderCredentials, ProviderKey } from './provider-keys.js';
export { CredentialsFile, readCredentials, writeCredentials } from './credentials-file.js';
export { KeyAuth } from './key-auth.js';
export type { Caller } from './key-auth.js';
export { loadIssuers } from './oidc.config.js';
export type { OidcIssuer } from './oidc.config.js';
export { isAdmin, ReviewerAuth } from './reviewer-auth.js';
export { RosteredAuth } from './rostered-auth.js';
export type { RosterSource } from './rostered-auth.js';
export type { Reviewer } from './reviewer-auth.js';
export { INTERNAL_HEADER } from './internal-header.js';
export { Access, OpensPacket, RawBody, role } from './edge/access.js';
export type { Admitted } from './edge/access.js';
export { Key, Keyed, OptionalKey, OptionallyKeyed } from './edge/idempotency-key.js';
export type { KeyedCall, OptionallyKeyedCall } from './edge/idempotency-key.js';
export { isRead } from './edge/prefetch.js';
export { HEARTBEAT_MS, sendEvents, takenInTime } from './edge/event-stream.js';
export type { StreamEvent } from './edge/event-stream.js';
export { callerGone, orAborted, withHeartbeat } from './edge/signal.js';
export { Slots } from './edge/slots.js';
export { callerOf, KeyHolder, Person, Who } from './edge/principal.js';
export type { Authenticators, Principal } from './edge/principal.js';
export { InternalClient, passOn } from './internal-client.js';
export type { InternalAnswer, InternalCall, InternalClientOptions } from './internal-client.js';
export { describeService } from './describe-service.js';
export { answerOf, openapiOf } from './openapi-schema.js';
export { loadRate, RateLimit } from './rate-limit.js';
export type { Rate } from './rate-limit.js';
