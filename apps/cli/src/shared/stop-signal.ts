import { readFileSync } from 'node:fs';

const CHECK_MS = 2_000;

/** Parent of a process where the kernel tells, else null. */
function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

/** Under `npm start` the process that people see and kill is npm, with perhaps a shell between it and us. */
function watchNpm(onGone: () => void): NodeJS.Timeout | undefined {
  if (process.env['npm_lifecycle_event'] === undefined) return undefined;
  const parent = process.ppid;
  const grandParent = parentOf(parent);
  return setInterval(() => {
    if (process.ppid !== parent || parentOf(parent) !== grandParent) onGone();
  }, CHECK_MS).unref();
}

/**
 * Aborts when somebody asks the system to stop: Ctrl-C, SIGTERM, a closed terminal, or the end of npm.
 * A second Ctrl-C does not wait: the guard ends what is still there.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    clearInterval(npm);
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  const npm = watchNpm(stop);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  return controller.signal;
}

/** Resolves when the signal is aborted; keeps the process alive until then. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const alive = setInterval(() => undefined, 2 ** 30);
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    }),
  );
}
