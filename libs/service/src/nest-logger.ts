import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

/** Nest's own messages as lines of our log; its routine start-up chatter goes to `debug`. */
export function nestLogger(log: Logger): LoggerService {
  const fields = (rest: unknown[]) => ({ component: rest.find((item) => typeof item === 'string') });
  return {
    log: (message: unknown, ...rest: unknown[]) => log.debug(String(message), fields(rest.slice(-1))),
    warn: (message: unknown, ...rest: unknown[]) => log.warn(String(message), fields(rest.slice(-1))),
    error: (message: unknown, ...rest: unknown[]) => log.error(String(message), { detail: rest.map(String) }),
    fatal: (message: unknown, ...rest: unknown[]) => log.error(String(message), { detail: rest.map(String) }),
    debug: () => undefined,
    verbose: () => undefined,
  };
}
