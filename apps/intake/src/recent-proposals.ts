import type { ActionProposed } from '@countersign/events';
import type { DecidingAction } from './action-document.js';

/** A proposal that went through this instance lately. */
export interface RecentProposal {
  readonly action_id: string;
  readonly body_hash: string;
  readonly tenant: string;
  readonly agent_id: string;
  /** Enough of it for its document, until approval knows the action. */
  readonly deciding: DecidingAction;
  /** Settles when the proposal is in the log; true when it was there before. */
  readonly appended: Promise<boolean>;
  /** Whether it is in the log by now. */
  isThere: boolean;
}

const KEPT_MS = 60_000;
const MAX_CHARACTERS = 32 * 1024 * 1024;

/**
 * Bridges the moment between an append and approval's reading of it: two bodies under one key that arrive together, and a
 * read right after an acknowledged proposal. Only a hint: approval's log decides.
 */
export class RecentProposals {
  private readonly entries = new Map<string, { proposal: RecentProposal; size: number; atMs: number }>();
  private characters = 0;

  get(actionId: string): RecentProposal | null {
    return this.entries.get(actionId)?.proposal ?? null;
  }

  /** Remembers a proposal from before its append on; one that fails is forgotten, so that a retry starts anew. */
  add(action: ActionProposed, appended: Promise<boolean>, nowMs: number): RecentProposal {
    const {
      action_id,
      run_id,
      body_hash,
      tenant,
      agent_id,
      action_type,
      environment,
      digest,
      submitted_at,
      parameters,
      supersedes,
      reverses,
    } = action;
    const names = { action_id, run_id, agent_id, action_type, environment, supersedes, reverses };
    const deciding = { ...names, digest, submitted_at, parameters };
    const proposal = { action_id, body_hash, tenant, agent_id, deciding, appended, isThere: false };
    const size = action.parameters.length + 1_000;
    this.entries.set(action_id, { proposal, size, atMs: nowMs });
    this.characters += size;
    appended.then(
      () => (proposal.isThere = true),
      () => this.forget(action_id),
    );
    this.trim(nowMs);
    return proposal;
  }

  private trim(nowMs: number): void {
    for (const [actionId, { atMs }] of this.entries) {
      if (atMs > nowMs - KEPT_MS && this.characters <= MAX_CHARACTERS) return;
      this.forget(actionId);
    }
  }

  private forget(actionId: string): void {
    this.characters -= this.entries.get(actionId)?.size ?? 0;
    this.entries.delete(actionId);
  }
}
