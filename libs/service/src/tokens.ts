/** Names under which `startService` provides its parts to a service's module: `@Inject(LOGGER) log: Logger`. */
export const SERVICE_CONFIG = Symbol('SERVICE_CONFIG');
export const LOGGER = Symbol('LOGGER');
export const READINESS = Symbol('READINESS');
export const METRICS = Symbol('METRICS');
