/** Names under which `main` provides intake's parts to its controllers and handlers. */
export const PROPOSALS = Symbol('PROPOSALS');
export const APPROVAL = Symbol('APPROVAL');
export const LABELS = Symbol('LABELS');
export const LABEL_SOURCES = Symbol('LABEL_SOURCES');
export const KEYS = Symbol('KEYS');
