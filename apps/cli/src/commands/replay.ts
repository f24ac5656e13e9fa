import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { describeFigures } from '../replay/figures.js';
import { parseRecords } from '../replay/records.js';
import { runReplay } from '../replay/run-replay.js';
import { wrongUse } from '../shared/command-error.js';
import { readLocalSystem } from '../shared/local-system.js';
import { show } from '../shared/output.js';
import { run } from '../shared/run.js';

const BAR_COLUMNS = 30;

/** A bar on standard error that redraws itself; nothing when that is not a terminal. */
function progressBar(total: number): (done: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (done) => {
    const filled = Math.round((BAR_COLUMNS * done) / total);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_COLUMNS - filled);
    process.stderr.write(`\r${bar} ${done}/${total}${done === total ? '\n' : ''}`);
  };
}

async function replay(file: string, json: boolean | undefined): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw wrongUse(`Cannot read ${file}.`);
  });
  const records = parseRecords(text);
  const local = await readLocalSystem();
  const { actions, known, figures, nameOf } = await runReplay(local, records, progressBar(records.length));
  const wrong_with_token = figures.wrong_with_token.map(nameOf);
  show(json, { replayed: actions, added: actions - known, ...figures, wrong_with_token }, () =>
    [`${actions} actions replayed, ${actions - known} of them new.`, '', describeFigures(figures, nameOf)].join('\n'),
  );
}

export function register(program: Command): void {
  program
    .command('replay')
    .description('replay recorded actions (one JSON object a line); a second replay adds nothing')
    .argument('<file>', 'JSON lines')
    .option('--json', 'print the figures as JSON')
    .action((file: string, options: { json?: boolean }) => run(options.json, () => replay(file, options.json)));
}
