import { hasRegistryMark, registryFault, registryMark, registryMarkAt } from './registry-mark.js';

const bits = (mark: string): string => mark.split('.').at(-1) ?? '';

describe('the mark of a cluster', () => {
  it('fits where it is ours, an earlier version left it, or there is none', () => {
    expect(registryFault([registryMark])).toBeNull();
    expect(registryFault([registryMarkAt(10), registryMark, 'countersign.roster.v1'])).toBeNull();
    expect(registryFault([])).toBeNull();
  });

  it('tells other schemas and more of them', () => {
    expect(registryFault([`countersign.registry.10.${bits(registryMarkAt(11))}`])).toMatch(/another schema registry/);
    expect(registryFault([registryMark, 'countersign.registry.10.0123456789abcdef'])).toMatch(/another/);
    expect(registryFault(['countersign.registry.999.0123456789abcdef'])).toMatch(/newer version, with 999 schemas/);
  });

  it('is the name of a topic that no other topic has', () => {
    expect(hasRegistryMark([registryMark])).toBe(true);
    expect(hasRegistryMark(['countersign.roster.v1', 'countersign.registry.v1'])).toBe(false);
    expect(registryMark).toMatch(/^[a-z0-9.]{1,60}$/);
  });
});
