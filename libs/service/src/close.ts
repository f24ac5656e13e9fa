import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from './logger.js';
import { watchParent } from './parent-watch.js';
import type { ServiceConfig } from './service.config.js';

export interface Closing {
  readonly config: ServiceConfig;
  readonly onClosed?: () => Promise<void>;
}

/** Requests that wait for people may last a minute; after this they are cut, and their callers ask again. */
const REQUESTS_MS = 2_000;
const DEADLINE_MS = 8_000;

/**
 * How a service ends: by the returned function, on SIGTERM and SIGINT, and with its parent. The last three end the process.
 * @returns closes once; later calls wait for the same end
 */
export function createClose(
  app: NestFastifyApplication,
  { config, onClosed }: Closing,
  log: Logger,
): () => Promise<void> {
  let closing: Promise<void> | null = null;
  const end = (reason: string): void => endProcess(close, reason, log);
  const { parentPid } = config;
  const stopWatching = parentPid === null ? () => undefined : watchParent(parentPid, () => end('parent gone'));
  process.once('SIGTERM', end).once('SIGINT', end);
  const close = (): Promise<void> => {
    stopWatching();
    process.removeListener('SIGTERM', end).removeListener('SIGINT', end);
    return (closing ??= closeApp(app).then(onClosed));
  };
  return close;
}

async function closeApp(app: NestFastifyApplication): Promise<void> {
  const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), REQUESTS_MS);
  await app.close().finally(() => clearTimeout(cut));
}

function endProcess(close: () => Promise<void>, reason: string, log: Logger): void {
  log.info('stopping', { reason });
  setTimeout(() => process.exit(1), DEADLINE_MS).unref();
  close().then(
    () => process.exit(0),
    (fault: unknown) => {
      log.error('could not stop cleanly', { fault });
      process.exit(1);
    },
  );
}
