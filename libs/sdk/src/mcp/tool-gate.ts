import { randomUUID } from 'node:crypto';
import { digestOfAction, factsOf } from '../action-facts.js';
import { release, runReleased } from '../carry-out.js';
import type { Client } from '../client.js';
import { SdkError } from '../errors.js';
import { handleOf, readHandle, resume } from '../handle.js';
import { wordsOf } from '../report-effect.js';
import type { ActionDocument, JsonObject, Proposal } from '../types.js';
import { waitForDecision } from '../wait-for-decision.js';
import { alreadyAnswer, changedAnswer, faultAnswer, pendingAnswer, refusedAnswer, type GateAnswer } from './answers.js';
import { callKey, isOfTool, runOfKey } from './call-key.js';
import { proposedOnce } from './proposed-once.js';
import type { GatedTool, ToolArguments, ToolExtra, ToolGateOptions, ToolResult } from './tool.js';

/** How long a call waits for policy, milliseconds. */
const DECISION_MS = 10_000;

/** A tool's handler as MCP servers call it: a tool without arguments is called with `extra` alone. */
export type ToolHandler<R> = (args: ToolArguments | ToolExtra, extra?: ToolExtra) => Promise<R>;

/** @typeParam R what the server's tools answer with: `CallToolResult` of its library */
export interface ToolGate<R extends ToolResult> {
  /** The handler to register in place of the tool's own: its effect runs once, after its action was approved. */
  gateTool(tool: GatedTool<R>): ToolHandler<R | GateAnswer>;
  /** Handler of the companion tool `countersign_resume`, whose only argument is `handle`. Register it once. */
  resume: ToolHandler<R | GateAnswer>;
}

type AnyTool = GatedTool<ToolResult>;
interface Gate {
  client: Client;
  options: ToolGateOptions;
  life: string;
}

/** JSON as it is sent: what a schema library left as undefined is gone. */
const jsonOf = (args: ToolArguments): JsonObject => JSON.parse(JSON.stringify(args)) as JsonObject;

async function proposalOf(gate: Gate, tool: AnyTool, args: ToolArguments, extra: ToolExtra): Promise<Proposal> {
  const { options, life } = gate;
  const { agent, model, environment, runIdOf = (of) => runOfKey(of) ?? `mcp-${of.sessionId ?? life}` } = options;
  const parameters = structuredClone((tool.parametersOf ?? jsonOf)(args));
  const { on_behalf_of, target } = tool.subjectOf?.(parameters) ?? {};
  const fixed = { run_id: runIdOf(extra), agent, model, environment, action_type: tool.actionType };
  const preconditions = (await tool.preconditionsOf?.(structuredClone(parameters))) ?? null;
  return { ...tool.detailsOf?.(args), ...fixed, parameters, on_behalf_of, target, preconditions };
}

const isWaiting = ({ status, held }: ActionDocument): boolean =>
  status === 'deciding' || status === 'pending' || held === true;

/** What is told of a result. The effect has happened: a fault in telling is no fault of the effect. */
function outcomeOf(tool: AnyTool, result: ToolResult): JsonObject {
  try {
    return tool.outcomeOf?.(result) ?? {};
  } catch (cause) {
    return { outcome_unknown: wordsOf(cause) };
  }
}

/** Runs an issued grant's effect with the parameters that were approved, whoever asked for them. */
async function runTool(gate: Gate, tool: AnyTool, action: ActionDocument, extra: ToolExtra): Promise<ToolResult> {
  const { client, options } = gate;
  const parameters = structuredClone(action.effective?.parameters ?? {});
  const subject = tool.subjectOf?.(parameters) ?? {};
  const { agent, environment } = options;
  const seen = await tool.preconditionsOf?.(structuredClone(parameters));
  const about = { agent, environment, action_type: tool.actionType, ...subject, preconditions: seen } as Proposal;
  const facts = factsOf(options.tenant, about, parameters);
  // The document shows no preconditions, but its digest covers them: whoever resumes sees by it that they have changed.
  if (seen !== undefined && digestOfAction(facts) !== action.effective?.digest)
    throw new SdkError('precondition_changed', 'What the approval rested on has changed since it was proposed.');
  const now = { preconditionsNow: () => Promise.resolve(seen ?? {}) };
  await release(client, facts, action.grant?.token ?? '', { ...options, ...now });
  let result: ToolResult = { content: [] };
  await runReleased(client, action, async () => {
    result = (await tool.run(parameters, extra)) ?? result;
    return { status: result.isError === true ? 'failed' : 'executed', result: outcomeOf(tool, result) };
  }).catch((cause: unknown) => {
    // The effect may have happened, so this must not be told as "nothing has been done".
    throw new Error(`The tool failed: ${String(cause)}`, { cause });
  });
  return result;
}

async function proceed(gate: Gate, tool: AnyTool, action: ActionDocument, extra: ToolExtra): Promise<ToolResult> {
  if (action.status !== 'approved') return refusedAnswer(action);
  if (action.grant?.status === 'consumed') return alreadyAnswer(action);
  if (action.grant?.status !== 'issued') return refusedAnswer(action);
  if (action.effective?.changed === true && tool.acceptChanges !== true) return changedAnswer(action);
  return runTool(gate, tool, action, extra);
}

/** Faults before the effect become answers; what the effect itself throws goes on to the server. */
async function answered(handle: () => string | null, work: () => Promise<ToolResult>): Promise<ToolResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SdkError) return faultAnswer(error, handle());
    throw error;
  }
}

const called = (first: ToolArguments | ToolExtra, extra: ToolExtra | undefined): [ToolArguments, ToolExtra] =>
  extra === undefined ? [{}, first as ToolExtra] : [first as ToolArguments, extra];

async function callTool(gate: Gate, tool: AnyTool, args: ToolArguments, extra: ToolExtra): Promise<ToolResult> {
  let handle: string | null = null;
  return answered(
    () => handle,
    async () => {
      const { client, options } = gate;
      const key = callKey(tool.name, extra, options.requireKey);
      const proposal = await proposalOf(gate, tool, args, extra);
      const action = await proposedOnce(client, proposal, key);
      handle = handleOf(action, { idempotencyKey: key, tool: tool.name });
      const wait = { timeoutMs: DECISION_MS, for: 'decision' } as const;
      const decided = await waitForDecision(client, action.action_id, wait);
      const timeoutMs = options.waitMs ?? 0;
      const last = isWaiting(decided) && timeoutMs > 0 ? await resume(client, handle, { timeoutMs }) : decided;
      return isWaiting(last) ? pendingAnswer(last, handle) : proceed(gate, tool, last, extra);
    },
  );
}

/** The tool that proposed the action of a handle. @throws SdkError `wrong_use` */
function toolOf({ options }: Gate, tools: ReadonlyMap<string, AnyTool>, text: string): AnyTool {
  const handle = readHandle(text);
  const tool = tools.get(handle.tool ?? '');
  if (tool !== undefined && isOfTool(handle, { tenant: options.tenant, agent_id: options.agent.id })) return tool;
  throw new SdkError('wrong_use', 'The handle is of no tool of this server.');
}

async function goOn(gate: Gate, tools: ReadonlyMap<string, AnyTool>, args: ToolArguments, extra: ToolExtra) {
  const handle = String(args['handle']);
  let known: string | null = null;
  return answered(
    () => known,
    async () => {
      const tool = toolOf(gate, tools, handle);
      known = handle;
      const action = await resume(gate.client, handle, { timeoutMs: gate.options.waitMs ?? 0 });
      return isWaiting(action) ? pendingAnswer(action, handle) : proceed(gate, tool, action, extra);
    },
  );
}

/**
 * Puts the tools of an MCP server behind approvals. A call proposes; an allowed one runs and answers as the tool does, a
 * gated one answers `pending` with a handle that `countersign_resume` takes on any worker of the same agent.
 * What runs is what was approved: its digest is computed from the parameters that are about to run.
 */
export function createToolGate<R extends ToolResult>(client: Client, options: ToolGateOptions): ToolGate<R> {
  const gate: Gate = { client, options, life: randomUUID() };
  const tools = new Map<string, AnyTool>();
  return {
    gateTool(tool) {
      const known = tool as unknown as AnyTool;
      tools.set(tool.name, known);
      return (first, extra) => callTool(gate, known, ...called(first, extra)) as Promise<R | GateAnswer>;
    },
    resume: (first, extra) => goOn(gate, tools, ...called(first, extra)) as Promise<R | GateAnswer>,
  };
}
