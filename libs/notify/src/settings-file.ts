import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { endpointKey, NO_SETTINGS, readSettings } from './endpoint.js';
import type { PeopleEndpoint, Settings } from './endpoint.js';

const POLL_MS = 1_000;
const FILE = 'notifications.json';

export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** The settings as they are in the file now; an edit is seen within a second, without a restart. */
export class SettingsFile {
  private settings: Settings | null = null;
  private byKey = new Map<string, PeopleEndpoint>();
  private version = '';
  private readonly path: string;
  private readonly timer: NodeJS.Timeout;

  constructor(
    secretsDir: string,
    private readonly log: Log,
  ) {
    this.path = join(secretsDir, FILE);
    this.reload();
    this.timer = setInterval(() => this.reload(), POLL_MS).unref();
  }

  /** null while there is a file that was never read: who is to be told is not known. No file means nobody. */
  get(): Settings | null {
    return this.settings;
  }

  find(key: string): PeopleEndpoint | null {
    return this.byKey.get(key) ?? null;
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** A file that cannot be read keeps the former settings. */
  reload(): void {
    const version = this.look();
    if (version === this.version) return;
    this.version = version;
    try {
      this.take(version === 'none' ? NO_SETTINGS : readSettings(readFileSync(this.path, 'utf8')));
    } catch (fault) {
      // The message names members, never values: they are secrets.
      this.log.warn('notifications.json not read', { path: this.path, reason: (fault as Error).message });
    }
  }

  private take(settings: Settings): void {
    this.settings = settings;
    this.byKey = new Map(settings.endpoints.map((endpoint) => [endpointKey(endpoint), endpoint]));
    this.log.info('notification endpoints read', { endpoints: settings.endpoints.length });
  }

  private look(): string {
    const found = statSync(this.path, { throwIfNoEntry: false });
    if (found === undefined) return 'none';
    if ((found.mode & 0o077) !== 0 && this.version === '')
      this.log.warn('notifications.json holds secrets and is readable by others; use mode 0600', { path: this.path });
    return `${found.mtimeMs}/${found.size}/${found.ino}`;
  }
}
