import { wrongUse } from '../shared/command-error.js';
import type { Failure } from './checks.js';

/** Comments, character data, instructions, then tags; a tag's attributes are read from its text. */
const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gy;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const decode = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name: string | undefined) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = decimal === undefined ? parseInt(hex as string, 16) : Number(decimal);
    return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
  });

const attributesOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(ATTRIBUTE)].map(([, name, a, b]) => [name, decode(a ?? b ?? '')]));

interface Reading {
  open: string[];
  cases: number;
  failed: Failure[];
  /** The failure that text belongs to. */
  inside: Failure | null;
  current: { name: string; failure: Failure | null };
  /** Failures and errors that the outermost suites count themselves. */
  declared: number;
}

function enter(reading: Reading, tag: string, attributes: Record<string, string>): void {
  const suite = reading.open.length === 0 || (reading.open.length === 1 && reading.open[0] === 'testsuites');
  if (tag === 'testsuite' && suite)
    reading.declared += Number(attributes['failures'] ?? 0) + Number(attributes['errors'] ?? 0);
  if (tag === 'testcase') {
    reading.cases += 1;
    reading.current = {
      name: [attributes['classname'], attributes['name']].filter(Boolean).join(' › '),
      failure: null,
    };
  }
  if ((tag === 'failure' || tag === 'error') && reading.open.includes('testcase')) {
    const failure = { name: reading.current.name, status: tag, details: attributes['message'] ?? '' };
    reading.current.failure ??= failure;
    reading.inside = failure;
  }
}

function leave(reading: Reading, tag: string): void {
  if (tag === 'failure' || tag === 'error') reading.inside = null;
  if (tag === 'testcase' && reading.current.failure !== null) reading.failed.push(reading.current.failure);
}

/** One token; false when the text is not well formed there. */
function take(reading: Reading, [, data, closing, tag, attributes = '', empty, text]: RegExpExecArray): boolean {
  const words = data ?? (text === undefined ? undefined : decode(text));
  if (words !== undefined && reading.inside !== null && words.trim() !== '')
    reading.inside.details = [reading.inside.details, words.trim()].filter(Boolean).join('\n');
  if (tag === undefined) return true;
  if (closing === '/') {
    leave(reading, tag);
    return reading.open.pop() === tag;
  }
  enter(reading, tag, attributesOf(attributes));
  if (empty === '/') leave(reading, tag);
  else reading.open.push(tag);
  return true;
}

/**
 * The tests of a JUnit report. A report that is cut, or counts more failures than it shows, is refused: a pipeline must not
 * pass because its report was not understood.
 * @throws CommandError (exit code 2)
 */
export function readJunit(report: string, file: string): { passed: number; failed: Failure[] } {
  const current = { name: '', failure: null };
  const reading: Reading = { open: [], cases: 0, failed: [], inside: null, current, declared: 0 };
  const text = report.replace(/^\ufeff/, '');
  const token = new RegExp(TOKEN);
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (found === null || !take(reading, found)) throw wrongUse(`${file} is no well-formed JUnit report (at ${at}).`);
  }
  if (reading.open.length > 0 || !/<testsuites?[\s/>]/.test(text)) throw wrongUse(`${file} is no whole JUnit report.`);
  if (!(reading.declared <= reading.failed.length))
    throw wrongUse(`${file} counts ${reading.declared} failures and shows ${reading.failed.length}.`);
  return { passed: reading.cases - reading.failed.length, failed: reading.failed };
}
