import { inLines, inText, packetSections } from '@countersign/canonical';
import type { Entry, JsonValue, Section } from '@countersign/canonical';

const entryLines = (entry: Entry): string[] => {
  if (entry.is === 'change')
    return [`  ${inText({ is: 'text', text: entry.name })}: ${inText(entry.before)} → ${inText(entry.after)}`];
  const [first = '', ...others] = inLines(entry.value);
  return others.length === 0 && entry.value.is !== 'members'
    ? [`  ${entry.label}  ${first}`]
    : [`  ${entry.label}`, ...[first, ...others].map((line) => `    ${line}`)];
};

const sectionLines = ({ title, entries, folded }: Section): string[] =>
  folded ? [`${title}: in the JSON of \`countersign requests\``, ''] : [title, ...entries.flatMap(entryLines), ''];

/** A packet as the page shows it, in plain lines. No value can print a line or a label of its own. */
export const packetInWords = (packet: { readonly [member: string]: JsonValue }, packetDigest: string): string =>
  packetSections(packet, packetDigest).flatMap(sectionLines).join('\n').trimEnd();
