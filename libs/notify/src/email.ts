import type { Summary } from './summary.js';

export interface Mail {
  readonly subject: string;
  readonly text: string;
}

const FOOT = 'Links open a page. Nothing is decided before you are signed in, have seen the packet and send your vote.';

/** Plain text only: nothing that an agent wrote is ever markup, a header or a link. */
export const mailOf = ({ title, facts, links }: Summary): Mail => ({
  subject: `[Countersign] ${title}`,
  text: [
    title,
    '',
    ...facts.map(([name, value]) => `${name}: ${value}`),
    '',
    ...links.map(([label, url]) => `${label}\n  ${url}`),
    '',
    FOOT,
    '',
  ].join('\n'),
});
