export function incompatibilities(older: object, newer: object): string[];
export function faults(schema: object, path?: string): string[];
