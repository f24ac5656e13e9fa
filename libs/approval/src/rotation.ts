/** Who was handed what last: it decides whose turn it is. Keys are `rosterKey`s of a tenant and a subject or an agent. */
export interface Rotation {
  /** When each person was last handed a request, UTC epoch milliseconds of log time. */
  readonly people: Map<string, number>;
  /** Who was last handed a request of each agent, and when. */
  readonly agents: Map<string, LastOf>;
}

export interface LastOf {
  readonly subject: string;
  readonly at: number;
}

export const createRotation = (): Rotation => ({ people: new Map(), agents: new Map() });
