export interface RegistryEntry {
  readonly id: number;
  readonly subject: string;
  readonly version: number;
  readonly file: string;
  readonly sha256: string;
}
export function releasedEntries(root: string): RegistryEntry[];
export function registryOf(
  schemas: readonly Omit<RegistryEntry, 'id'>[],
  released: readonly RegistryEntry[],
): RegistryEntry[];
