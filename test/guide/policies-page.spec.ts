import { rmSync } from 'node:fs';
import type { Desk, Ended } from './page.js';
import { openDesk, partsOf } from './page.js';

const parts = partsOf('policies.md');
const steps = parts.filter(({ words }) => !words.includes('system'));
let desk: Desk;

beforeAll(() => {
  desk = openDesk();
});
afterAll(() => rmSync(desk.folder, { recursive: true }));

describe('the page about policies', () => {
  let last: Ended;

  it.each(steps.map((part) => [`${part.language} on line ${part.line}`, part] as const))('%s', (_name, part) => {
    if (part.language === 'yaml') expect(desk.write(part)).toBe(true);
    if (part.language === 'sh') {
      last = desk.run(part.text);
      expect(last).toMatchObject({ code: part.words.includes('fails') ? 1 : 0 });
    }
    if (part.language === 'text') expect(last.stdout).toContain(part.text);
  });

  it.each(['nowhere', '.'])('ends with 2 where there is nothing to run: %s', (path) => {
    expect(desk.run(`npx countersign policy test ${path}`)).toMatchObject({ code: 2, stdout: '' });
  });

  it('says every case as JSON', () => {
    const { stdout } = desk.run('npx countersign policy test my-policies/cases/vouchers.yaml --json');
    expect(JSON.parse(stdout)).toMatchObject({ passed: 5, failed: 0, problems: [], results: { length: 5 } });
  });

  it('has files, commands and answers', () => {
    const count = (language: string): number => steps.filter((part) => part.language === language).length;
    expect([count('yaml'), count('sh'), count('text')].every((number) => number >= 2)).toBe(true);
  });
});
