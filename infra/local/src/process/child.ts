import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Guard } from './guard.js';

/** What to run; the whole environment is given, nothing is inherited by accident. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Both output streams are appended here. */
  readonly logFile: string;
}

export interface Child {
  readonly pid: number;
  /** Resolves with a short reason, for example `code 1` or `SIGKILL`; never rejects. */
  readonly exited: Promise<string>;
  running(): boolean;
  signal(signal: NodeJS.Signals): void;
}

/** Larger logs, bytes, are set aside when the process starts; one older file is kept. */
const LOG_LIMIT = 20_000_000;

function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

/**
 * Starts a child in a process group of its own: Ctrl-C reaches only the launcher, which then stops the parts in order.
 * @throws when the program cannot be started at all
 */
export async function startChild(command: Command, guard: Guard): Promise<Child> {
  const log = openLog(command.logFile);
  const child = spawn(command.file, command.args, { env: command.env, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  });
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const pid = child.pid as number;
  guard.watch(pid);
  void exited.then(() => guard.forget(pid));
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  return { pid, exited, running, signal: (name) => void (running() && child.kill(name)) };
}

/** Asks, waits, then insists. A stopped (SIGSTOP) process is woken so that it can hear the request. */
export async function stopChild(child: Child, deadlineMs: number): Promise<void> {
  child.signal('SIGCONT');
  child.signal('SIGTERM');
  const timer = setTimeout(() => child.signal('SIGKILL'), deadlineMs);
  await child.exited;
  clearTimeout(timer);
}
