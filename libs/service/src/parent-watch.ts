const POLL_MS = 500;

/**
 * Calls back once when the process `parentPid` is gone. A child learns of its parent's `kill -9` in no other portable way.
 * @returns stops watching
 */
export function watchParent(parentPid: number, onGone: () => void): () => void {
  // A direct child sees a new ppid as soon as its parent dies; unlike a pid probe, that cannot be fooled by a reused pid.
  const isChild = process.ppid === parentPid;
  const timer = setInterval(() => {
    if (isChild ? process.ppid === parentPid : isAlive(parentPid)) return;
    clearInterval(timer);
    onGone();
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
