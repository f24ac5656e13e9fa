/** One style sheet for all pages, served from its own address so that the policy can forbid inline styles. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d2433; --soft: #5b6577; --line: #d9dee7; --paper: #fff; --page: #f5f7fa; --accent: #2450b8;
  --good: #14713d; --good-soft: #e5f5eb; --bad: #a8261c; --bad-soft: #fdecea; --warn: #7a5200; --warn-soft: #fff5dc; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf2; --soft: #9aa5b8; --line: #333c4d; --paper: #1a202c; --page: #12161e; --accent: #8fb0ff;
  --good: #7ddba2; --good-soft: #163325; --bad: #ff9c92; --bad-soft: #3d1c19; --warn: #f0cd7a; --warn-soft: #372c10; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header { display: flex; gap: 1rem; align-items: baseline; padding: .75rem 1.5rem; background: var(--paper); border-bottom: 1px solid var(--line); }
header a.brand { font-weight: 700; color: inherit; text-decoration: none; }
header .who { margin-left: auto; color: var(--soft); }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
.lead { color: var(--soft); margin: 0 0 1.5rem; }
a { color: var(--accent); }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 1.25rem; margin-bottom: 1rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; font-size: .875rem; } tbody tr:last-child > * { border-bottom: 0; }
hr { border: 0; border-top: 1px solid var(--line); margin: 1rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin: 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
code, pre, .mono { font: .875rem/1.5 ui-monospace, monospace; } .mono { white-space: pre-wrap; } pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: var(--warn-soft); color: var(--warn); border: 1px solid currentColor; border-radius: 4px; padding: 0 .2rem; font: 600 .75rem ui-monospace, monospace; white-space: normal; }
.text { font: .875rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; } .text details { margin: 0; } .money, .number { font-weight: 700; font-variant-numeric: tabular-nums; } .word, .absent { color: var(--soft); font-style: italic; }
h1 .text { font-size: 1.25rem; } bdi { unicode-bidi: isolate; } ol.list { margin: 0; padding-left: 1.5rem; }
table.members { width: auto; max-width: 100%; border-left: 3px solid var(--line); } table.members th, table.changes th { font-weight: 400; color: inherit; overflow-wrap: anywhere; } table.members th, table.members td { padding: .15rem .5rem; border: 0; } td, th { overflow-wrap: anywhere; } table.queue { table-layout: fixed; } table.queue th:first-child { width: 34%; } table.members th { min-width: 7rem; max-width: 20rem; }
.tag { display: inline-block; border-radius: 99px; padding: 0 .6rem; font-size: .875rem; border: 1px solid var(--line); white-space: nowrap; }
.tag.late, .tag.denied { background: var(--bad-soft); color: var(--bad); border-color: transparent; }
.tag.pending { background: var(--warn-soft); color: var(--warn); border-color: transparent; }
.tag.approved { background: var(--good-soft); color: var(--good); border-color: transparent; }
ins { background: var(--good-soft); color: var(--good); text-decoration: none; } del { background: var(--bad-soft); color: var(--bad); }
ins, del { padding: 0 .25rem; border-radius: 3px; }
.untrusted { border-left: 4px solid var(--warn); } .untrusted h2 { color: var(--warn); }
blockquote { margin: 0 0 .75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
label { display: block; font-weight: 600; margin-bottom: .25rem; }
details { margin-top: 1rem; } details:first-child { margin-top: 0; } summary { cursor: pointer; color: var(--accent); } details > * { margin-top: .5rem; }
input:not([type=hidden]), select { font: inherit; padding: .5rem; border: 1px solid var(--line); border-radius: 6px; background: var(--page); color: inherit; max-width: 100%; margin-bottom: .75rem; }
textarea.mono { font: .875rem/1.5 ui-monospace, monospace; min-height: 8rem; }
textarea { width: 100%; min-height: 4.5rem; font: inherit; padding: .5rem; border: 1px solid var(--line); border-radius: 6px; background: var(--page); color: inherit; }
button { font: inherit; font-weight: 600; padding: .5rem 1.25rem; border-radius: 6px; border: 1px solid transparent; cursor: pointer; margin: .75rem .5rem 0 0; }
button.approve { background: var(--good); color: var(--paper); } button.deny { background: var(--paper); color: var(--bad); border-color: var(--bad); }
button:not([class]), button[class=''] { background: var(--paper); color: var(--ink); border-color: var(--line); }
button.plain { background: none; color: var(--accent); padding: 0; margin: 0; font-weight: 400; }
button:focus-visible, a:focus-visible, textarea:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.notice { padding: .75rem 1rem; border-radius: 6px; margin-bottom: 1rem; } .notice.bad { background: var(--bad-soft); color: var(--bad); } .notice.good { background: var(--good-soft); color: var(--good); }
@media (max-width: 44rem) {
  dl { grid-template-columns: 1fr; gap: .1rem; } dd { margin-bottom: .5rem; } table.members, table.members tbody, table.members tr, table.members th, table.members td { display: block; max-width: 100%; } table.members td { padding-left: 1rem; } table.changes { table-layout: fixed; }
  header { padding: .75rem 1rem; flex-wrap: wrap; } main { padding: 1rem; } section { padding: 1rem; }
  table.queue thead { display: none; } table.queue tr { display: block; padding: .75rem 0; border-bottom: 1px solid var(--line); } table.queue tr:last-child { border-bottom: 0; }
  table.queue td { display: flex; gap: 1rem; justify-content: space-between; padding: .15rem 0; border: 0; text-align: right; overflow-wrap: anywhere; }
  table.queue td[data-label]::before { content: attr(data-label); color: var(--soft); } table.queue td:first-child { display: block; text-align: left; }
}
`;
