/** Mulberry32: the same seed gives the same extremes. @param {number} seed */
export function seeded(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count) => Math.floor(next() * count);
  /** Gives the entries of a list again and again, each round in another order. */
  function* rounds(list) {
    while (list.length > 0)
      yield* list
        .map((one) => [next(), one])
        .sort(([a], [b]) => a - b)
        .map(([, one]) => one);
  }
  return { next, below, rounds, pick: (list) => list[below(list.length)] };
}
