/** Names under which the module provides its parts. */
export const DECIDER = Symbol('DECIDER');
export const POLICIES = Symbol('POLICIES');
export const VELOCITY = Symbol('VELOCITY');
export const MAC_KEYS = Symbol('MAC_KEYS');
export const ENGINE = Symbol('ENGINE');
export const SOURCES = Symbol('SOURCES');
export const PAST = Symbol('PAST');
export const CHANGE_SEAL = Symbol('CHANGE_SEAL');
export const LIFECYCLE = Symbol('LIFECYCLE');
export const REACH = Symbol('REACH');
