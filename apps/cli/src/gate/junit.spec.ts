import { readJunit } from './junit.js';

const report = (cases: string, counts = ''): string =>
  `<?xml version="1.0"?>\n<testsuites><testsuite name="s"${counts}>${cases}</testsuite></testsuites>`;

describe('a JUnit report', () => {
  it('tells passed, skipped and failed tests apart', () => {
    const cases = `<testcase classname="cart" name="adds"/><testcase name="waits"><skipped/></testcase>
      <testcase classname="cart" name="a &gt; b &amp; &#x41;"><failure message="wrong &quot;sum&quot;"><![CDATA[at <cart>:7]]></failure></testcase>
      <testcase name='breaks' time="1"><error type="E">boom &lt;</error></testcase><!-- <failure/> -->`;
    expect(readJunit(report(cases, ' failures="1" errors="1"'), 'r.xml')).toEqual({
      passed: 2,
      failed: [
        { name: 'cart › a > b & A', status: 'failure', details: 'wrong "sum"\nat <cart>:7' },
        { name: 'breaks', status: 'error', details: 'boom <' },
      ],
    });
  });

  it('counts a test that fails twice once', () => {
    const cases = '<testcase name="t"><failure message="one"/><failure message="two"/></testcase>';
    expect(readJunit(report(cases), 'r.xml')).toMatchObject({ passed: 0, failed: [{ details: 'one' }] });
  });

  it.each([
    ['is cut', report('<testcase name="a"/>').slice(0, -5)],
    ['is cut within a test', '<testsuite><testcase name="a"><failure>x'],
    ['counts more failures than it shows', report('<testcase name="a"/>', ' failures="1"')],
    ['counts with words', report('<testcase name="a"/>', ' failures="none"')],
    ['is something else', '<html></html>'],
    ['is no XML', '{"tests": 1}'],
    ['is empty', ''],
    ['closes what it did not open', '<testsuite></testcase></testsuite>'],
  ])('that %s is refused', (_name, text) => {
    expect(() => readJunit(text, 'r.xml')).toThrow('r.xml');
  });

  it('reads a large report in time', () => {
    const since = Date.now();
    const { passed } = readJunit(report('<testcase name="a" time="1"/>'.repeat(50_000)), 'r.xml');
    expect(passed).toBe(50_000);
    expect(() => readJunit(`<testsuite ${'a="b" '.repeat(50_000)}`, 'r.xml')).toThrow('well-formed');
    expect(Date.now() - since).toBeLessThan(5_000);
  });
});
