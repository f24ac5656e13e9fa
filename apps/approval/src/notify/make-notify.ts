import { SettingsFile } from '@countersign/notify';
import type { Logger } from '@countersign/service';
import type { ApprovalConfig } from '../approval.config.js';
import { Notifications } from './notifications.js';
import type { NotificationsOptions } from './notifications.js';
import type { NotifyParts } from './notify-parts.js';

/** Notifications of one instance, not started yet. */
export function makeNotify(
  config: ApprovalConfig,
  beside: Pick<NotificationsOptions, 'connection' | 'appender'> & { readonly log: Logger },
): NotifyParts {
  const { macKeys, secretsDir, tokenIssuer, pageUrls, notificationWaitsMs: waitsMs } = config;
  const settings = new SettingsFile(secretsDir, beside.log);
  const onConnect = config.onNotificationConnect;
  const notifications = new Notifications({ ...beside, macKeys, settings, waitsMs, onConnect });
  return { notifications, settings, macKeys, pageUrl: pageUrls[0] ?? tokenIssuer };
}
