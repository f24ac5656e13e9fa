import { addUp, readChecks } from './checks.js';

const read = (list: unknown) => readChecks(JSON.stringify(list), 'checks.json');

describe('a list of checks', () => {
  it('counts as passed what is known to have passed', () => {
    const statuses = ['success', 'PASSED', 'neutral', 'skipped', 'failure', 'cancelled', 'timed_out', 'no idea', ''];
    const { passed, failed } = read(statuses.map((status, at) => ({ name: `c${at}`, status, url: 'https://ci/1' })));
    expect(passed).toBe(4);
    expect(failed.map(({ status }) => status)).toEqual(statuses.slice(4));
    expect(failed[0]).toMatchObject({ name: 'c4', url: 'https://ci/1' });
  });

  it.each([[{}], ['x'], [[{ name: 'a' }]], [[{ name: 1, status: 'success' }]], [[null]]])('refuses %j', (content) => {
    expect(() => read(content)).toThrow(/checks/);
  });

  it('refuses a member that is there twice', () => {
    const twice = '[{"name":"a","status":"failure","status":"success"}]';
    expect(() => readChecks(twice, 'checks.json')).toThrow('checks.json');
  });

  it('shows as many failures as fit and counts all', () => {
    const failed = Array.from({ length: 500 }, (_, at) => ({
      name: `t${at}`,
      status: 'failure',
      details: '\n'.repeat(9_999),
    }));
    const sum = addUp([
      { passed: 1, failed },
      { passed: 2, failed: [] },
    ]);
    expect(sum).toMatchObject({ passed: 3, failed_count: 500 });
    expect(JSON.stringify(sum.failed).length).toBeLessThan(21_000);
    expect(sum.failed.length).toBeGreaterThan(10);
  });
});
