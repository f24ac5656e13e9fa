import { actionId } from '@countersign/canonical';
import { agentClient, executorClient, signIn } from '../shared/callers.js';
import { wrongUse } from '../shared/command-error.js';
import { agentOf, reviewerOf, type LocalAgent, type LocalSystem } from '../shared/local-system.js';
import { labelledIds, readFigures, type ReplayFigures } from './figures.js';
import { keyOf, labelOf, type RecordedAction } from './records.js';
import { replayAction, type Stage } from './replay-action.js';
import { candidates } from './reviewers.js';

/** Runs in flight; the actions of one run go one after the other, as they were taken. */
const RUNS_IN_FLIGHT = 8;
const VISIBLE_WITHIN_MS = 60_000;
const POLL_MS = 250;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface ReplayResult {
  actions: number;
  /** Actions of which an earlier replay had done all. */
  known: number;
  figures: ReplayFigures;
  /** `run_id/seq` of an action id. */
  nameOf(actionId: string): string;
}

interface Job {
  record: RecordedAction;
  turn: number;
  actionId: string;
}

/** The agents of a file, by their ids. @throws CommandError naming those that there are not, and how to make them */
function agentsOf(local: LocalSystem, records: readonly RecordedAction[]): Map<string, LocalAgent> {
  const names = [...new Set(records.map((record) => record.agent))];
  const missing = names.filter((name) => !local.agents.some(({ agent_id }) => agent_id === name));
  if (missing.length > 0) {
    const commands = missing.map((name) => `countersign keys add --agent ${name}`).join('\n');
    throw wrongUse(`There is no agent ${missing.join(', ')} here. Make it with:\n${commands}`);
  }
  return new Map(names.map((name) => [name, agentOf(local, name)]));
}

/** The action ids follow from the keys, so they are known before anything is sent. */
function jobsOf(agents: ReadonlyMap<string, LocalAgent>, records: readonly RecordedAction[]): Job[] {
  return records.map((record, turn) => {
    const { tenant, agent_id } = agents.get(record.agent) as LocalAgent;
    return { record, turn, actionId: actionId(tenant, agent_id, keyOf(record)) };
  });
}

async function stageOf(local: LocalSystem, agent: LocalAgent, jobs: readonly Job[]): Promise<Stage> {
  const { tenant } = agent;
  const reviewers = local.reviewers.filter((one) => one.tenant === tenant);
  const labeller = reviewers.find((one) => one.roles.includes('labeller'));
  const executor = local.executors.find((one) => one.tenant === tenant);
  if (labeller === undefined || executor === undefined) throw wrongUse(`${tenant} has no labeller or no executor.`);
  const people = new Map<string, ReturnType<typeof signIn>>();
  const signedIn: Stage['signedIn'] = (subject) => {
    const person = people.get(subject) ?? signIn(local, reviewerOf(local, subject), VISIBLE_WITHIN_MS);
    people.set(subject, person);
    return person;
  };
  return {
    tenant,
    agent: agentClient(local, agent),
    executor: executorClient(local, executor),
    labeller: await signedIn(labeller.subject),
    signedIn,
    peopleFor: (roles, turn) => candidates(reviewers, roles, turn),
    labelled: await labelledIds(
      local,
      jobs.map((job) => job.actionId),
    ),
  };
}

function byRun(jobs: readonly Job[]): Job[][] {
  const runs = new Map<string, Job[]>();
  for (const job of jobs) {
    const key = JSON.stringify([job.record.agent, job.record.run_id]);
    runs.set(key, [...(runs.get(key) ?? []), job]);
  }
  return [...runs.values()];
}

type Stages = ReadonlyMap<string, Stage>;

/** One stage for each agent. */
async function stagesOf(
  local: LocalSystem,
  agents: ReadonlyMap<string, LocalAgent>,
  jobs: readonly Job[],
): Promise<Stages> {
  const stages = [...agents].map(async ([name, agent]) => [name, await stageOf(local, agent, jobs)] as const);
  return new Map(await Promise.all(stages));
}

interface Tally {
  known: number;
  ran: number;
  ended: number;
}

/** Runs in parallel, the actions of one run in order. */
async function playAll(stages: Stages, jobs: readonly Job[], progress: (done: number) => void): Promise<Tally> {
  const runs = byRun(jobs);
  const tally = { known: 0, ran: 0, ended: 0 };
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
      for (const { record, turn } of run) {
        const { known, ran, ended } = await replayAction(stages.get(record.agent) as Stage, record, turn);
        tally.known += Number(known);
        tally.ran += Number(ran);
        tally.ended += Number(ended);
        progress((done += 1));
      }
    }
  };
  await Promise.all(Array.from({ length: RUNS_IN_FLIGHT }, worker));
  return tally;
}

/** Waits until ClickHouse shows every action, label, outcome and end of the replay. */
async function settledFigures(local: LocalSystem, jobs: readonly Job[], tally: Tally): Promise<ReplayFigures> {
  const ids = jobs.map((job) => job.actionId);
  const wrong = jobs.filter((job) => job.record.matches_expected === false).map((job) => job.actionId);
  const labels = jobs.filter((job) => labelOf(job.record) !== null).length;
  const deadline = Date.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    const figures = await readFigures(local, ids, wrong);
    const labelled = figures.harmful + figures.harmless === labels;
    const complete = figures.actions === ids.length && figures.outcomes === tally.ran && labelled;
    if ((complete && figures.ended === tally.ended) || Date.now() > deadline) return figures;
    await sleep(POLL_MS);
  }
}

/**
 * Replays recorded actions; people approve the right ones and deny the wrong ones, and leave alone what the recording
 * does not know the truth of.
 * @param progress called with the number of actions done
 */
export async function runReplay(
  local: LocalSystem,
  records: readonly RecordedAction[],
  progress: (done: number) => void,
): Promise<ReplayResult> {
  const agents = agentsOf(local, records);
  const jobs = jobsOf(agents, records);
  const tally = await playAll(await stagesOf(local, agents, jobs), jobs, progress);
  const names = new Map(jobs.map((job) => [job.actionId, keyOf(job.record)]));
  const figures = await settledFigures(local, jobs, tally);
  return { actions: jobs.length, known: tally.known, figures, nameOf: (id) => names.get(id) ?? id };
}
