import type { LocalSystem } from '../shared/local-system.js';
import { line } from '../shared/output.js';
import { auditedAction, snippetOf } from './audit-snippet.js';
import { createCast, type Cast } from './cast.js';
import { figures } from './figures.js';
import { deployLastCommit, publicPost } from './other-scenes.js';
import { killApproval } from './outage-scene.js';
import { LARGE_REFUND, largeRefund, mediumRefund, smallRefund, stagingRefund } from './refund-scenes.js';
import { refusals } from './refusal-scene.js';
import type { Row } from './steps.js';

export interface DemoOptions {
  /** Use colours and weight; only for a terminal. Default false. */
  color?: boolean;
  /** Folder whose repository is "deployed". Default: the working folder. */
  folder?: string;
}

type Scene = (cast: Cast) => Promise<Row | Row[]>;

function scenesOf(folder: string): Scene[] {
  const deploy: Scene = (cast) => deployLastCommit(cast, folder);
  return [smallRefund, mediumRefund, largeRefund, publicPost, deploy, stagingRefund, refusals, killApproval];
}

const paint = (color: boolean | undefined, code: number, text: string): string =>
  color === true ? `\u001b[${code}m${text}\u001b[0m` : text;

/** Rows are printed as they come, so the widths are fixed. */
const WIDTHS = [1, 27, 39, 8, 30];

function rowOf({ what, policy, people, result, ok }: Row, color: boolean | undefined): string {
  const mark = ok ? paint(color, 32, '✓') : paint(color, 31, '✗');
  return line([mark, what, policy, people, result], WIDTHS);
}

function whereToLook({ local, runId }: Cast): string {
  return [
    `reviewers' page   ${local.approval_url}   (sign in as ann, dan, …)`,
    `one run           npx countersign audit ${runId(LARGE_REFUND)}`,
    `metrics           npx countersign metrics --group-by gate`,
    `agents' API       ${local.intake_url}/openapi.json`,
    `ClickHouse        ${local.clickhouse_url}/play   (user ${local.clickhouse.analyst_user}, password in .countersign/local.json)`,
  ].join('\n');
}

/** One scene; a fault is a row, so that the others still run. */
async function play(scene: Scene, cast: Cast): Promise<Row[]> {
  try {
    return [await scene(cast)].flat();
  } catch (error) {
    const result = error instanceof Error ? error.message : String(error);
    return [{ what: scene.name || 'deployment', policy: '–', people: '–', result, ok: false }];
  }
}

/** Waits until the audit shows every effect, so that the figures are complete. */
async function printAudit(cast: Cast, print: (line: string) => void, title: (text: string) => void): Promise<void> {
  const audited = await Promise.all(cast.executed.map((runId) => auditedAction(cast, runId)));
  title('Metrics, from ClickHouse (production, everything so far)');
  print(await figures(cast.local));
  const large = audited.find((action) => action['run_id'] === cast.runId(LARGE_REFUND));
  if (large === undefined) return;
  title('The $6,000 refund in the audit');
  print(JSON.stringify(snippetOf(large), null, 2));
}

/**
 * Plays scripted agents, reviewers and executors against a running system and prints what happened. Each call uses run
 * ids of its own, so it can be repeated on the same data.
 * @returns true when every scene ended as it should
 */
export async function runDemo(
  local: LocalSystem,
  print: (line: string) => void,
  options: DemoOptions = {},
): Promise<boolean> {
  const cast = createCast(local, new Date());
  const title = (text: string): void => print(`\n${paint(options.color, 1, text)}`);
  let ok = true;
  title('Agents propose, people approve, executors redeem');
  print(line(['', 'what', 'policy', 'people', 'result'], WIDTHS));
  print(
    line(
      WIDTHS.map((columns) => '─'.repeat(columns)),
      WIDTHS,
    ),
  );
  for (const scene of scenesOf(options.folder ?? process.cwd())) {
    const rows = await play(scene, cast);
    for (const row of rows) print(rowOf(row, options.color));
    ok &&= rows.every((row) => row.ok);
  }
  await printAudit(cast, print, title);
  title('Look around');
  print(whereToLook(cast));
  return ok;
}
