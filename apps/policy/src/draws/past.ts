import type { Engine } from '@countersign/clickhouse';
import type { ChangeSeal } from '../lifecycle/change-seal.js';
import type { DrawSource } from './draw-source.js';

/** What was decided, and what it was decided with beside policies. */
export interface Past {
  readonly engine: Engine;
  readonly draws: DrawSource;
  readonly seal: ChangeSeal;
}
