import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repoRoot } from './paths.js';

export interface RosterAgent {
  readonly tenant: string;
  readonly agent_id: string;
  readonly environments: readonly string[];
  /** Subjects who operate the agent and so may not approve for it. */
  readonly operators: readonly string[];
}

export interface RosterExecutor {
  readonly tenant: string;
  readonly executor_id: string;
  readonly environments: readonly string[];
  readonly audiences: readonly string[];
}

/** A provider of signals, such as a fraud scorer. */
export interface RosterProvider {
  readonly tenant: string;
  readonly provider_id: string;
  /** Names of the signals that it may state. */
  readonly signals: readonly string[];
}

export interface RosterReviewer {
  readonly tenant: string;
  readonly subject: string;
  readonly name: string;
  readonly roles: readonly string[];
}

/** Who exists in a local system. */
export interface Roster {
  readonly agents: readonly RosterAgent[];
  readonly executors: readonly RosterExecutor[];
  readonly providers: readonly RosterProvider[];
  readonly reviewers: readonly RosterReviewer[];
}

export const rosterFile = join(repoRoot, 'infra/local/roster.json');

export const readRoster = async (): Promise<Roster> => JSON.parse(await readFile(rosterFile, 'utf8')) as Roster;

export const tenantsOf = (roster: Roster): string[] => [
  ...new Set(roster.reviewers.map((reviewer) => reviewer.tenant)),
];
