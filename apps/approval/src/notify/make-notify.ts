import { SettingsFile } from '@countersign/notify';
import type { CredentialsFile, Logger } from '@countersign/service';
import type { ApprovalConfig } from '../approval.config.js';
import { Callbacks } from './callbacks.js';
import { Notifications } from './notifications.js';
import type { NotificationsOptions } from './notifications.js';
import type { NotifyParts } from './notify-parts.js';

interface Beside {
  readonly log: Logger;
  readonly credentials: CredentialsFile;
}

/** Notifications of one instance, not started yet. */
export function makeNotify(
  config: ApprovalConfig,
  { credentials, ...beside }: Pick<NotificationsOptions, 'connection' | 'appender'> & Beside,
): NotifyParts {
  const { macKeys, secretsDir, tokenIssuer, pageUrls, notificationWaitsMs: waitsMs } = config;
  const settings = new SettingsFile(secretsDir, beside.log);
  const callbacks = new Callbacks(credentials, beside.log);
  const onConnect = config.onNotificationConnect;
  const notifications = new Notifications({ ...beside, macKeys, settings, callbacks, waitsMs, onConnect });
  return { notifications, settings, callbacks, macKeys, pageUrl: pageUrls[0] ?? tokenIssuer };
}
