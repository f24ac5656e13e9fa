/** Names under which the module provides its parts. */
export const ENGINE = Symbol('ENGINE');
export const SINK = Symbol('SINK');
export const REPLAYS = Symbol('REPLAYS');
export const SINK_METRICS = Symbol('SINK_METRICS');
