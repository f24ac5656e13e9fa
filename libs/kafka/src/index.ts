export { createAppender } from './appender.js';
export { createClaims } from './claims.js';
export { connect } from './client.js';
export { deadLetters } from './dead-letters.js';
export { EventFold } from './event-fold.js';
export type { EventFoldOptions, OnEvent, WriteOptions } from './event-fold.js';
export { createFold } from './fold.js';
export { KafkaServer } from './kafka-server.js';
export type {
  Appended,
  Appender,
  AppenderOptions,
  AppendOptions,
  Claims,
  ClaimsOptions,
  ConnectionOptions,
  DeadLetter,
  Fold,
  FoldOptions,
  Handled,
  InRecord,
  KafkaConnection,
  KafkaLog,
  KafkaServerOptions,
  OutRecord,
  Publisher,
  PublisherFold,
  PublisherOptions,
  Sink,
  SinkOptions,
  StartTimestamp,
} from './port.js';
export { committedOffsets } from './committed-offsets.js';
export { createPublisher } from './publisher.js';
export { createSink } from './sink.js';
export { checkRegistry, markRegistry, OtherRegistry } from './registry-mark.js';
export { RosterReader } from './roster-reader.js';
export type { RosterReaderOptions } from './roster-reader.js';
export { ensureTopics } from './topics.js';
