const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
/** A whole number of seconds, minutes, hours or days. */
export const DURATION = /^([1-9][0-9]{0,8})(s|m|h|d)$/;

/** Whole seconds of `90s`, `15m`, `24h` or `7d`; null for anything else. */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text);
  return match === null ? null : Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
}
