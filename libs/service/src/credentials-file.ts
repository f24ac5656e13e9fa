import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from './credentials.js';
import { NO_CREDENTIALS } from './credentials.js';
import type { Logger } from './logger.js';
import { usable } from './usable-credentials.js';
import { stampOf, writeSecret } from './secret-file.js';

const POLL_MS = 1_000;
const FILE = 'credentials.json';

/** The credentials as they are in the file now; an edit is seen within a second, without a restart. */
export class CredentialsFile {
  private current: Credentials = NO_CREDENTIALS;
  private version = '';
  private readonly listeners: (() => void)[] = [];
  private readonly timer: NodeJS.Timeout;
  private readonly path: string;

  constructor(
    secretsDir: string,
    private readonly log: Logger,
  ) {
    this.path = join(secretsDir, FILE);
    this.reload();
    this.timer = setInterval(() => this.reload(), POLL_MS);
    this.timer.unref();
  }

  get(): Credentials {
    return this.current;
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** Reads the file when it changed. A file that cannot be read keeps the former credentials: half a write locks nobody out. */
  reload(): void {
    try {
      const version = stampOf(this.path);
      if (version === this.version) return;
      this.current = usable(readCredentials(this.path), (what) =>
        this.log.error('an entry of the credentials is not usable and lets nobody in', { path: this.path, ...what }),
      );
      this.version = version;
      for (const listener of this.listeners) listener();
    } catch (fault) {
      this.log.warn('credentials not read', { path: this.path, fault });
    }
  }
}

/** @throws when the file is missing or not JSON with `agents` and `executors` */
export function readCredentials(path: string): Credentials {
  const content = JSON.parse(readFileSync(path, 'utf8')) as Partial<Credentials> | null;
  if (!Array.isArray(content?.agents) || !Array.isArray(content.executors))
    throw new Error('agents or executors are missing');
  const { agents, executors, providers } = content;
  if (providers !== undefined && !Array.isArray(providers)) throw new Error('providers is not a list');
  return { agents, executors, ...(providers && { providers }) };
}

/** Replaces the file in one step, so that no reader sees half of it, with mode 0600. */
export const writeCredentials = (secretsDir: string, credentials: Credentials): void =>
  writeSecret(secretsDir, FILE, credentials);
