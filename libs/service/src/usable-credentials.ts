import type { Credentials } from './credentials.js';

/** An entry that is left out, and the member at fault. */
export interface UnusableEntry {
  readonly kind: 'agent' | 'executor' | 'provider';
  readonly index: number;
  readonly member: string;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isKeys: Check = (value) => Array.isArray(value) && value.every((key) => typeof key === 'object' && key !== null);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

/** A text where a list belongs would be searched for parts of itself: `"production"` has `"prod"` in it. */
const MEMBERS: Readonly<Record<UnusableEntry['kind'], Readonly<Record<string, Check>>>> = {
  agent: {
    ...{ agent_id: isText, tenant: isText, environments: isTexts, operators: isTexts, keys: isKeys },
    ...{ signing_secrets: isTexts, callback_url: optional(isText) },
  },
  executor: { executor_id: isText, tenant: isText, environments: isTexts, audiences: isTexts, keys: isKeys },
  provider: { provider_id: isText, tenant: isText, keys: isKeys, signals: optional(isTexts) },
};

/** The entries that are whole. One that is not lets nobody in, and its neighbours stay as they are. */
export function usable(credentials: Credentials, report: (entry: UnusableEntry) => void): Credentials {
  const whole = <T>(kind: UnusableEntry['kind'], entries: readonly T[]): T[] =>
    entries.filter((entry, index) => {
      const member = faultOf(kind, entry);
      if (member !== null) report({ kind, index, member });
      return member === null;
    });
  const { agents, executors, providers } = credentials;
  return {
    agents: whole('agent', agents),
    executors: whole('executor', executors),
    ...(providers && { providers: whole('provider', providers) }),
  };
}

function faultOf(kind: UnusableEntry['kind'], entry: unknown): string | null {
  if (typeof entry !== 'object' || entry === null) return '';
  const members = entry as Readonly<Record<string, unknown>>;
  return Object.entries(MEMBERS[kind]).find(([name, check]) => !check(members[name]))?.[0] ?? null;
}
