import type { Summary } from './summary.js';

// The three characters that begin mentions, channels and links in Slack's markup.
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escape = (text: string): string => text.replace(/[&<>]/g, (character) => ESCAPES[character] ?? '');

/** `verbatim` keeps Slack from making links and mentions out of plain words. */
const markup = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });
const MAX_FIELDS = 10;
const MAX_HEADER = 150;

/** Cut between characters, and seen to be cut. */
const shortened = (text: string): string =>
  text.length <= MAX_HEADER ? text : `${text.slice(0, MAX_HEADER - 1).replace(/[\ud800-\udbff]$/, '')}…`;

/** Body of a Slack-compatible incoming webhook: blocks, and a plain line for notifications. */
export function slackBody({ title, facts, links }: Summary): string {
  const fields = facts.map(([name, value]) => markup(`*${name}*\n${escape(value)}`));
  const groups = [fields.slice(0, MAX_FIELDS), fields.slice(MAX_FIELDS)].filter((group) => group.length > 0);
  const buttons = links.map(([label, url], at) => ({
    ...{ type: 'button', action_id: `open_${at}`, url },
    text: { type: 'plain_text', text: label, emoji: false },
  }));
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: shortened(title), emoji: false } },
    ...groups.map((group) => ({ type: 'section', fields: group })),
    { type: 'actions', elements: buttons },
  ];
  return JSON.stringify({ text: escape(title), link_names: false, blocks });
}
