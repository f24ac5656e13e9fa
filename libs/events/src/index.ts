export type * from './generated/types.js';
export { decode, decodeExact, encode, isEvent, topicOf } from './codec.js';
export type { Decoded } from './codec.js';
export { deadLetter } from './dead-letter.js';
export type { DeadLetterCause, PlacedRecord } from './dead-letter.js';
export { EventError } from './error.js';
export type { EventFault } from './error.js';
export type { Effect, GateField } from './gate/field.js';
export { fieldNames, GATE_FIELDS, REASONS } from './gate/fields.js';
export { haveTwoAudiences, impliesGate, isStricter, mergeGates } from './gate/merge.js';
export { fewestPeople, shapesOf } from './gate/shape.js';
export type { Shape } from './gate/shape.js';
export { gateStrictness } from './gate/strictness.js';
export { MAC_HEADER, SERVICES, signRecord, verifyRecord } from './mac.js';
export type { MacInput, MacKeys, ServiceName } from './mac.js';
export { partitionKey, partitionOf, TOO_OLD_MS } from './placement.js';
export { eventId, openRecord, refuseUnreadable, statedEvent, toRecord, writersOf } from './record.js';
export type { NewRecord, Opened, ReadRecord, UnreadableBatch, WireRecord } from './record.js';
export {
  absenceOf,
  applyRoster,
  DEFAULT_WIP_LIMIT,
  isAbsent,
  operates,
  peopleOf,
  rolesBy,
  rosterKey,
  rosterRoles,
} from './roster.js';
export type { Roster, RosterEntry, RosterPerson } from './roster.js';
export { schemaRegistry } from './registry.js';
export { hasRegistryMark, registryFault, registryMark } from './registry-mark.js';
export { isCompatible, isSameSchema } from './schema-match.js';
export type { RegisteredSchema } from './registry.js';
export { isPlainTopic, recordKey, topicConfigs, TOPICS } from './topics.js';
export type { TopicConfig, TopicName } from './topics.js';
