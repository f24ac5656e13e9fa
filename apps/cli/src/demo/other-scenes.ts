import type { Cast } from './cast.js';
import { lastCommit } from './last-commit.js';
import { deployment, socialPost } from './proposals.js';
import { execute, policyOf, proposeAs, voteAs, type Row } from './steps.js';

export async function publicPost(cast: Cast): Promise<Row> {
  const proposal = socialPost(cast.runId('post'));
  const action = await proposeAs(cast, proposal);
  await voteAs(cast, 'dan', action, { vote: 'approve', reason: 'claims are provable now, tone is ours' });
  await execute(cast, 'publisher-executor', proposal, { status: 'published', post_id: 'post-4711' });
  const ok = action.request !== null;
  return { scene: 'public post, with a diff', policy: policyOf(action), people: 'dan', result: 'executed', ok };
}

/** Deploys the last real commit of the repository around `folder`. */
export async function deployLastCommit(cast: Cast, folder: string): Promise<Row> {
  const commit = await lastCommit(folder);
  if (commit === null) {
    const result = 'left out: this folder is not a git repository with a commit';
    return { scene: 'deployment', policy: '–', people: '–', result, ok: true };
  }
  const proposal = deployment(cast.runId('deploy'), commit);
  const action = await proposeAs(cast, proposal);
  await voteAs(cast, 'eve', action, { vote: 'approve', reason: 'read the diff, tests are green' });
  await execute(cast, 'deploy-executor', proposal, { status: 'deployed', commit: commit.sha });
  const scene = `deployment of ${commit.sha.slice(0, 7)}, ${commit.files.length} files`;
  return { scene, policy: policyOf(action), people: 'eve', result: 'executed', ok: action.request !== null };
}
