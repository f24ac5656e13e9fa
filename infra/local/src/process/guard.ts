import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/**
 * Runs apart from us and sleeps in `read`. Each line replaces the list of processes to end; the end of input means that
 * we are gone, however we died, so it asks them to stop and after 8 s makes them.
 */
const SCRIPT = `trap '' INT TERM HUP
pids=
while read -r line; do pids=$line; done
alive() { for p in $pids; do kill -0 "$p" 2>/dev/null && return 0; done; return 1; }
[ -n "$pids" ] || exit 0
kill -CONT $pids 2>/dev/null
kill -TERM $pids 2>/dev/null
n=0
while alive && [ $n -lt 80 ]; do sleep 0.1; n=$((n + 1)); done
kill -KILL $pids 2>/dev/null`;

/** Ends our children when we cannot: a killed launcher leaves no orphan. */
export interface Guard {
  watch(pid: number): void;
  forget(pid: number): void;
  /** Call when every child has ended. */
  close(): void;
}

function startShell(): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.stdin?.on('error', () => undefined);
  shell.unref();
  return shell;
}

/** One guard serves all children of this process; it is started again when something kills it. */
export function createGuard(): Guard {
  const pids = new Set<number>();
  let open = true;
  let shell = startShell();
  const tell = (): void => void shell.stdin?.write(`${[...pids].join(' ')}\n`);
  const reopen = (): void => {
    if (!open) return;
    shell = startShell();
    shell.on('exit', reopen);
    tell();
  };
  shell.on('exit', reopen);
  return {
    watch: (pid) => void (pids.add(pid), tell()),
    forget: (pid) => void (pids.delete(pid), tell()),
    close: () => {
      open = false;
      shell.stdin?.end(`${[...pids].join(' ')}\n`);
    },
  };
}
