import type { Environment, JsonObject, Proposal } from '@countersign/sdk';
import type { Commit } from './last-commit.js';

interface Refund {
  runId: string;
  /** US dollars as a plain decimal, "6000.00". */
  dollars: string;
  confidence: number;
  rationale: string;
  environment?: Environment;
}

export function refund({ runId, dollars, confidence, rationale, environment = 'production' }: Refund): Proposal {
  return {
    run_id: runId,
    agent: { id: 'refund-agent', version: 'v1.4.2' },
    model: { id: 'gpt-5o' },
    action_type: 'refund',
    environment,
    on_behalf_of: 'customer:812',
    target: 'order:12345',
    parameters: { order_id: '12345', method: 'card', amount: { value: dollars, currency: 'USD' } },
    before: { refunded: '0.00' },
    after: { refunded: dollars },
    rationale,
    confidence,
    signals: { fraud_score: 0.05, anomaly: false },
  };
}

const DRAFT = 'Our new backpack is here. It is the best backpack in the world and lasts forever.';
const CAREFUL = 'Our new backpack is here: 24 litres, 780 grams, repaired for free for ten years.';
/** What the reviewer makes of it. */
export const CHECKED = 'Our new backpack is here: 24 litres, 780 grams, repaired for free for five years.';

export function socialPost(runId: string): Proposal {
  return {
    run_id: runId,
    agent: { id: 'content-agent', version: 'v2.0.1' },
    model: { id: 'gpt-5o' },
    action_type: 'social_post',
    environment: 'production',
    target: 'channel:instagram',
    parameters: { channel: 'instagram', text: CAREFUL },
    before: { text: DRAFT },
    after: { text: CAREFUL },
    rationale: 'Superlatives and "forever" are claims that we cannot prove; replaced them by facts.',
    confidence: 0.88,
  };
}

export function deployment(runId: string, commit: Commit): Proposal {
  const { sha, parent, subject, files, diff, diff_sha256, diff_truncated } = commit;
  const parameters: JsonObject = { service: 'web', commit: sha, files, diff, diff_sha256, diff_truncated };
  return {
    run_id: runId,
    agent: { id: 'deploy-agent', version: 'v0.9.0' },
    model: { id: 'gpt-5o' },
    action_type: 'deployment',
    environment: 'production',
    target: 'service:web',
    parameters,
    before: { commit: parent },
    after: { commit: sha },
    rationale: subject,
    confidence: 0.93,
  };
}
