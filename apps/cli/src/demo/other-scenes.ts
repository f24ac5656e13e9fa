import type { Cast } from './cast.js';
import { lastCommit } from './last-commit.js';
import { CHECKED, deployment, socialPost } from './proposals.js';
import { execute, policyOf, proposeAs, voteAs, type Row } from './steps.js';

/** The reviewer sees the diff, makes the claim more careful, and releases the changed version only. */
export async function publicPost(cast: Cast): Promise<Row> {
  const proposal = socialPost(cast.runId('post'));
  const action = await proposeAs(cast, proposal);
  const parameters = { ...proposal.parameters, text: CHECKED };
  const reason = 'repairs are free for five years, not ten';
  await voteAs(cast, 'dan', action, { vote: 'approve_with_changes', reason, parameters });
  const ended = await execute(cast, 'publisher-executor', proposal, { status: 'published', post_id: 'post-4711' });
  const ok = ended.effective?.changed === true;
  return { what: 'public post with a diff', policy: policyOf(action), people: 'dan', result: 'executed as edited', ok };
}

/** Deploys the last real commit of the repository around `folder`. */
export async function deployLastCommit(cast: Cast, folder: string): Promise<Row> {
  const commit = await lastCommit(folder);
  if (commit === null) {
    const result = 'left out: no git commit here';
    return { what: 'deployment', policy: '–', people: '–', result, ok: true };
  }
  const proposal = deployment(cast.runId('deploy'), commit);
  const action = await proposeAs(cast, proposal);
  await voteAs(cast, 'eve', action, { vote: 'approve', reason: 'read the diff, tests are green' });
  await execute(cast, 'deploy-executor', proposal, { status: 'deployed', commit: commit.sha });
  const what = `deployment of ${commit.sha.slice(0, 7)}`;
  return { what, policy: policyOf(action), people: 'eve', result: 'executed', ok: action.request !== null };
}
