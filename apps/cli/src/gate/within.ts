/** The first items of a list whose JSON takes at most `bytes`, and how many were left out. */
export function within<T>(items: readonly T[], bytes: number): { shown: T[]; left_out: number } {
  let left = bytes;
  const end = items.findIndex((item) => (left -= Buffer.byteLength(JSON.stringify(item))) < 0);
  const shown = end < 0 ? [...items] : items.slice(0, end);
  return { shown, left_out: items.length - shown.length };
}

/** The longest beginning of a text that takes at most `bytes` as JSON; never half a character. */
export function beginning(text: string, bytes: number): string {
  let [low, high] = [0, Math.min(text.length, bytes)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (Buffer.byteLength(JSON.stringify(text.slice(0, middle))) <= bytes) low = middle;
    else high = middle - 1;
  }
  return text.slice(0, low).replace(/[\ud800-\udbff]$/, '');
}
