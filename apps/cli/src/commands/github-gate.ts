import type { Command } from 'commander';
import { loadGateSurroundings } from '../gate/gate.config.js';
import { pipelineCaller } from '../gate/pipeline-caller.js';
import { GithubApi } from '../github/github-api.js';
import { loadGithubApp } from '../github/github.config.js';
import { startReceiver } from '../github/receiver.js';
import { RETRY_FOR_MS } from '../shared/callers.js';
import { wrongUse } from '../shared/command-error.js';
import { printLine } from '../shared/output.js';
import { run } from '../shared/run.js';
import { aborted, stopSignal } from '../shared/stop-signal.js';

interface Options {
  port: string;
  agent: string;
  tenant?: string;
  actionType: string;
}

// GitHub waits ten seconds for the answer to a delivery.
const callerOf = (options: Options) => pipelineCaller(options, loadGateSurroundings(process.env), RETRY_FOR_MS);

async function listen(options: Options): Promise<void> {
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw wrongUse('--port takes a number up to 65535.');
  const app = loadGithubApp(process.env);
  const { client, tenant } = await callerOf(options);
  const receiver = await startReceiver(port, app, {
    ...{ client, github: new GithubApi(app) },
    options: { agentId: options.agent, actionType: options.actionType, tenant },
    log: (message, fields) => void process.stderr.write(`${JSON.stringify({ message, ...fields })}\n`),
  });
  printLine(`listening on ${receiver.url}/webhook`);
  await aborted(stopSignal());
  await receiver.close();
  // A wait that is under way is held by the server for up to half a minute; nothing is lost with it.
  process.exit(0);
}

export function register(program: Command): void {
  program
    .command('github-gate')
    .description('deployment protection rule of GitHub: takes its webhooks, asks people, answers')
    .option('--port <port>', 'where to listen on this machine; 0 for a free one', '7480')
    .option('--agent <id>', 'agent whose key is used', 'deploy-agent')
    .option('--tenant <tenant>', 'tenant, when several have an agent of that id')
    .option('--action-type <type>', 'type of the actions', 'deployment')
    .action((options: Options) => run(false, () => listen(options)));
}
