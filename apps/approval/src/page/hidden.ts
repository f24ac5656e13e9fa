import type { JsonValue } from '@countersign/canonical';

type Members = { readonly [member: string]: JsonValue };

const HIDDEN = '(hidden: keyed hash)';
const SHOWN_DIGITS = 8;

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
const isMembers = (value: JsonValue | undefined): value is { [member: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first digits stay, so that people see which values are the same and which changed. */
function mark(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(mark);
  if (isMembers(value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mark(item)]));
  if (typeof value !== 'string') return value;
  const digits = /^hmac-sha256:[^:]*:([0-9a-f]{64})$/.exec(value)?.[1]?.slice(0, SHOWN_DIGITS);
  return digits === undefined ? HIDDEN : `${HIDDEN} ${digits}`;
}

function markAt(node: JsonValue, [first, ...rest]: readonly string[]): JsonValue {
  if (first === undefined) return mark(node);
  const change = (name: string, item: JsonValue): JsonValue => (name === first ? markAt(item, rest) : item);
  if (Array.isArray(node)) return node.map((item, index) => change(String(index), item));
  if (!isMembers(node)) return node;
  return Object.fromEntries(Object.entries(node).map(([name, item]) => [name, change(name, item)]));
}

const unescape = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

/** Where a member of the action stands in its packet: a signal also in what each provider attests. */
function placesOf([member = '', ...rest]: readonly string[], attestations: readonly JsonValue[]): string[][] {
  if (member === 'parameters') return [['action', member, ...rest]];
  const attested = attestations.map((_one, index) => ['attestations', String(index), 'value', ...rest]);
  return [[member, 'value', ...rest], ...(member === 'signals' ? attested : [])];
}

/** The packet with words in place of keyed hashes, for people. */
export function markHidden(packet: Members): Members {
  const pointers = listOf(packet['hidden']);
  const attestations = listOf(packet['attestations']);
  return pointers
    .filter((pointer) => typeof pointer === 'string')
    .flatMap((pointer) => placesOf(pointer.slice(1).split('/').map(unescape), attestations))
    .reduce<Members>((marked, place) => markAt(marked, place) as Members, packet);
}
