import { bar, createBar } from './progress.js';

const stepsOf = (terminal: boolean): string[] => {
  const steps: string[] = [];
  const progress = { step: (line: string) => void steps.push(line), say: () => undefined, clear: () => undefined };
  const show = createBar(progress, 'work', terminal);
  for (let done = 0; done <= 100; done += 1) show(done, 100);
  return steps;
};

describe('a progress bar', () => {
  it('is as full as the work is done', () => {
    expect(bar(0, 40)).toBe(`${'░'.repeat(24)}   0 %  0 of 40`);
    expect(bar(20, 40)).toBe(`${'█'.repeat(12)}${'░'.repeat(12)}  50 %  20 of 40`);
    expect(bar(40, 40)).toBe(`${'█'.repeat(24)} 100 %  40 of 40`);
    expect(bar(0, 0)).toBe(`${'█'.repeat(24)} 100 %  0 of 0`);
  });

  it('moves with every step on a terminal, and by tenths elsewhere', () => {
    expect(stepsOf(true)).toHaveLength(101);
    const plain = stepsOf(false);
    expect(plain.length).toBeLessThanOrEqual(12);
    expect([plain[0], plain.at(-1)]).toEqual([`work ${bar(0, 100)}`, `work ${bar(100, 100)}`]);
  });
});
