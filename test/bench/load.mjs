/** Runs `job(i)` for i in 0…count-1 with `inFlight` at once. Answers each one's milliseconds, the wall time and faults. */
export async function load({ count, inFlight, job }) {
  const latencies = [];
  const faults = [];
  let next = 0;
  const started = performance.now();
  const worker = async () => {
    for (let i = next++; i < count; i = next++) {
      const begun = performance.now();
      try {
        await job(i);
        latencies.push(performance.now() - begun);
      } catch (error) {
        faults.push(String(error?.message ?? error));
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { latencies: latencies.sort((a, b) => a - b), seconds: (performance.now() - started) / 1000, faults };
}

/** Percentile with linear interpolation (as quantileExactInclusive); `sorted` ascending, `p` in 0…1. */
export function percentile(sorted, p) {
  if (sorted.length === 0) return NaN;
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (at - low);
}
