import type { ReleaseOptions } from '../carry-out.js';
import type { Environment, JsonObject, Proposal } from '../types.js';

/** Arguments of a tool call, checked by the server against the tool's own schema. */
export type ToolArguments = Readonly<Record<string, unknown>>;

/** What a server hands to a tool beside its arguments; the members that are read here. */
export interface ToolExtra {
  sessionId?: string;
  requestId?: string | number;
  _meta?: Record<string, unknown>;
  /** Where servers of the revision 2026-07-28 put what came with the request. */
  mcpReq?: { _meta?: Record<string, unknown> };
}

/** The least that a tool answers with. */
export interface ToolResult {
  content: unknown[];
  isError?: boolean;
}

/** Who acts and where; the same for all tools of a server. */
export interface ToolGateOptions extends Omit<ReleaseOptions, 'preconditionsNow'> {
  agent: Proposal['agent'];
  model: Proposal['model'];
  environment: Environment;
  /**
   * What a run is; the same for calls that state the same key. Default: the stated key, so that the call is the same
   * action in whatever session and at whatever server it is sent again; else the session, or the life of this gate.
   */
  runIdOf?: (extra: ToolExtra) => string;
  /** Refuse calls that state no key: of a client that sends a lost call again, only a key says that both mean one. */
  requireKey?: boolean;
  /** How long a call waits for people before it answers `pending`, milliseconds. Default 0. Clients often give up at 60 s. */
  waitMs?: number;
}

export interface GatedTool<R extends ToolResult> {
  /** As it is registered; a handle names it. */
  name: string;
  actionType: string;
  /** What takes effect, from the arguments. Default: the arguments. */
  parametersOf?: (args: ToolArguments) => JsonObject;
  /** From the parameters alone, because whoever resumes has nothing else. Default: neither. */
  subjectOf?: (parameters: JsonObject) => Pick<Proposal, 'on_behalf_of' | 'target'>;
  /**
   * Facts that must still hold when the effect runs, read from the world: once when the action is proposed and again
   * when its grant is redeemed. Default: none.
   */
  preconditionsOf?: (parameters: JsonObject) => Promise<JsonObject>;
  /** What reviewers read beside the parameters. */
  detailsOf?: (args: ToolArguments) => Omit<Partial<Proposal>, keyof ToolGateOptions | 'parameters' | 'preconditions'>;
  /** Run what reviewers changed the parameters to. Default false: a changed action is refused. */
  acceptChanges?: boolean;
  /** What is recorded as the outcome of a result. Default: nothing but whether it is an error. */
  outcomeOf?: (result: R) => JsonObject;
  /** The effect. It must use its argument and nothing else, because that is what was approved. */
  run: (parameters: JsonObject, extra: ToolExtra) => Promise<R>;
}
