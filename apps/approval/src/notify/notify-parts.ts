import type { MacKeys } from '@countersign/events';
import type { SettingsFile } from '@countersign/notify';
import type { Callbacks } from './callbacks.js';
import type { Notifications } from './notifications.js';

/** What routes and handlers of notifications need. */
export interface NotifyParts {
  readonly notifications: Notifications;
  readonly settings: SettingsFile;
  readonly callbacks: Callbacks;
  readonly macKeys: MacKeys;
  /** Address of the reviewers' page in messages, without a trailing slash. */
  readonly pageUrl: string;
}
