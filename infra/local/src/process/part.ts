import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, stopChild } from './child.js';
import type { Child, Command } from './child.js';
import type { Guard } from './guard.js';

/** Takes one line about what happens. */
export type Report = (line: string) => void;

/** One supervised process of the local system. */
export interface Part {
  readonly name: string;
  /** Once, before the first start: folders, configuration files, formatting. */
  prepare?(report: Report): Promise<void>;
  /** Before every start. */
  beforeStart?(): Promise<void>;
  command(): Command;
  /** Asks the part itself; must not throw. */
  isReady(): Promise<boolean>;
  readonly readyTimeoutMs: number;
  readonly stopDeadlineMs: number;
}

/** A part that did not come up; the message says where to read why. */
export class PartError extends Error {
  override readonly name = 'PartError';
}

const POLL_MS = 50;

/** @throws PartError when the process ends, or time is up, before it is ready */
export async function waitReady(part: Part, child: Child): Promise<void> {
  const deadline = Date.now() + part.readyTimeoutMs;
  const see = `read ${part.command().logFile}`;
  while (!(await part.isReady())) {
    if (!child.running()) throw new PartError(`${part.name} ended while starting (${await child.exited}); ${see}`);
    if (Date.now() > deadline) throw new PartError(`${part.name} was not ready in ${part.readyTimeoutMs} ms; ${see}`);
    await sleep(POLL_MS);
  }
}

/** Starts one process of a part, without supervision, and waits until it is ready. */
export async function startPart(part: Part, guard: Guard): Promise<Child> {
  await part.prepare?.(() => undefined);
  await part.beforeStart?.();
  const child = await startChild(part.command(), guard);
  try {
    await waitReady(part, child);
  } catch (error) {
    await stopChild(child, part.stopDeadlineMs);
    throw error;
  }
  return child;
}
