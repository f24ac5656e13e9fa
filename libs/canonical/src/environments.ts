/** Where actions take effect, from the one that matters least to the one that matters most. */
export const ENVIRONMENTS = ['staging', 'canary', 'production'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export const isEnvironment = (text: string): text is Environment => (ENVIRONMENTS as readonly string[]).includes(text);
