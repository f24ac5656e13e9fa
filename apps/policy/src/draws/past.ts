import type { Engine } from '@countersign/clickhouse';
import type { DrawSource } from './draw-source.js';

/** What was decided, and what it was drawn with. */
export interface Past {
  readonly engine: Engine;
  readonly draws: DrawSource;
}
