/** The variables of a process; passed in, so that configuration is read in one place and tests need no globals. */
export type Env = Readonly<Record<string, string | undefined>>;

/** @throws Error naming a variable that is not set (never a value) */
export function required(env: Env, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
}

/** A whole number, 1 or more. @throws Error naming a variable that is not one */
export function positiveInt(env: Env, name: string, fallback?: number): number {
  const text = env[name];
  if ((text === undefined || text === '') && fallback !== undefined) return fallback;
  const value = Number(required(env, name));
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} is not a whole number of 1 or more`);
  return value;
}

/** A comma list without empty items. @throws Error naming a variable that is not set and has no fallback */
export function commaList(env: Env, name: string, fallback?: readonly string[]): string[] {
  const text = env[name];
  if ((text === undefined || text === '') && fallback !== undefined) return [...fallback];
  return required(env, name)
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** An http(s) address without a trailing slash. @throws Error naming a variable that is not one */
export function httpUrl(env: Env, name: string, fallback?: string): string {
  const text = env[name] || fallback;
  if (text === undefined) throw new Error(`${name} is not set`);
  if (!/^https?:\/\/[^\s]+$/.test(text)) throw new Error(`${name} is not an http address`);
  return text.replace(/\/$/, '');
}
