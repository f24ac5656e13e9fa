/**
 * Another build of Countersign and this one, by turns in one run: `npm run bench -- --against DIR [--pairs N]`, where
 * DIR is a compiled checkout. Prints this build's rate and CPU as multiples of the other's, with an interval.
 */
import { resolve } from 'node:path';
import { clients } from './clients.mjs';
import { cpuBetween, cpuOf } from './cpu.mjs';
import { load } from './load.mjs';
import { reviewer, startSystem } from './system.mjs';

const IN_FLIGHT = 50;
const COUNTS = { allowed: 1_000, gated: 400 };
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function start(portBase, root) {
  const system = await startSystem(portBase, [], root);
  const steps = clients(system.local(), await reviewer(system.local()));
  return { ...system, steps };
}

/** Actions a second, and CPU milliseconds of each: over all of the system's processes, and of each process. */
async function turn({ local, steps }, name) {
  const before = cpuOf(local().pids);
  const { latencies, seconds, faults } = await load({ count: COUNTS[name], inFlight: IN_FLIGHT, job: steps[name] });
  await sleep(1_500); // the read side catches up; its work belongs to the actions that caused it
  if (faults.length > 0) throw new Error(`${name}: ${faults[0]}`);
  const { total, each } = cpuBetween(before, cpuOf(local().pids));
  const parts = Object.entries(each).map(([part, ms]) => [`cpu of ${part}`, ms / COUNTS[name]]);
  return { rate: latencies.length / seconds, cpu: total / COUNTS[name], ...Object.fromEntries(parts) };
}

/**
 * Median of the ratios with a distribution-free interval of at least 95 %: the k-th smallest and the k-th largest,
 * k the largest for which 2 · P(Binomial(n, 1/2) < k) ≤ 0.05 (Conover, Practical Nonparametric Statistics, 3.2).
 * Under six ratios there is none.
 */
export function medianInterval(ratios) {
  const sorted = ratios.toSorted((a, b) => a - b);
  const n = sorted.length;
  let [k, below, term] = [0, 0, 0.5 ** n];
  while (2 * (below + term) <= 0.05) {
    below += term;
    term *= (n - k) / (k + 1);
    k += 1;
  }
  const median = (sorted[Math.floor((n - 1) / 2)] + sorted[Math.ceil((n - 1) / 2)]) / 2;
  return k === 0 ? { median, low: NaN, high: NaN } : { median, low: sorted[k - 1], high: sorted[n - k] };
}

async function measurePairs(systems, name, pairs) {
  const ratios = {};
  for (let pair = 0; pair <= pairs; pair += 1) {
    const order = pair % 2 === 0 ? ['other', 'mine'] : ['mine', 'other'];
    const turns = {};
    for (const which of order) turns[which] = await turn(systems[which], name);
    if (pair === 0) continue; // warms both up
    for (const [figure, value] of Object.entries(turns.mine).filter(([, used]) => used > 0))
      (ratios[figure] ??= []).push({ ratio: value / turns.other[figure], mine: value });
  }
  return ratios;
}

/** Runs `pairs` pairs of turns for actions that policy allows and for actions that a person approves. */
export async function against(directory, pairs, portBase) {
  const systems = {};
  try {
    systems.other = await start(portBase, resolve(directory));
    systems.mine = await start(portBase + 100);
    for (const name of Object.keys(COUNTS)) {
      const ratios = await measurePairs(systems, name, pairs);
      for (const [figure, values] of Object.entries(ratios)) {
        const { median, low, high } = medianInterval(values.map(({ ratio }) => ratio));
        const [m, l, h] = [median, low, high].map((x) => x.toFixed(2));
        const mine = medianInterval(values.map((value) => value.mine)).median.toFixed(figure === 'rate' ? 0 : 2);
        console.log(`${name}, ${figure}: ${m} × the other build's (95 % ${l} to ${h}, ${pairs} pairs), here ${mine}`);
      }
    }
  } finally {
    for (const { stop } of Object.values(systems)) await stop();
  }
}
