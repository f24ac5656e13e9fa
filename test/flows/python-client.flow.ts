import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { agentOf } from '../../apps/cli/src/shared/local-system.js';
import { approve, refund } from './support/proposals.js';
import { world } from './support/system.js';
import { TENANT } from './support/world.js';

const folder = join(import.meta.dirname, '../../sdk/python');
const hasPython = spawnSync('python3', ['--version']).status === 0;

/** Reads a job as JSON on standard input and answers with what the client returned or the code of its error. */
const PROGRAM = `
import json, sys
from countersign import Client, CountersignError, action_digest, guard
job = json.load(sys.stdin)
client = Client(job["intake"], job["approval"], job["key"])
def by_hand():
    action = client.wait(client.propose(job["proposal"], job["id"])["action_id"], 20)
    digest = action_digest(job["tenant"], job["proposal"])
    redeemed = client.redeem(action["grant"]["token"], digest, job["proposal"]["environment"])
    reported = client.outcome(action["action_id"], "executed", {"tx_id": "tx-1"})
    return {"digest": digest, "redeemed": redeemed, "reported": reported}
def guarded():
    told = guard(client, job["tenant"], job["proposal"], job["id"], lambda parameters: parameters, 20, issuer=job["issuer"])
    return {"reported": {**told, "report_error": str(told["report_error"])}}
try:
    print(json.dumps(by_hand() if job["how"] == "by hand" else guarded()))
except CountersignError as error:
    print(json.dumps({"code": error.code}))
`;

async function python(how: 'by hand' | 'guarded', id: string, proposal: object): Promise<Record<string, unknown>> {
  const { intake_url: intake, approval_urls: approval, approval_url: issuer } = world().local;
  const key = agentOf(world().local, 'refund-agent', TENANT).api_key;
  const child = spawn('python3', ['-B', '-c', PROGRAM], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify({ how, id, intake, approval, issuer, key, tenant: TENANT, proposal }));
  return JSON.parse(await text(child.stdout)) as Record<string, unknown>;
}

function flows(): void {
  it('passes its own tests', () => {
    const { status, stderr } = spawnSync('python3', ['-B', '-m', 'unittest'], { cwd: folder, encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('OK') });
  });

  it('proposes, waits for a person, redeems and reports', async () => {
    const [proposal, id] = [refund('450.00', { confidence: 0.9 }), randomUUID()];
    const answer = python('by hand', id, proposal);
    const action = await world().decided(proposal, id);
    await world().vote('ann', action, approve);
    await expect(answer).resolves.toMatchObject({
      digest: action.digest,
      redeemed: { result: 'ok', action_id: action.action_id, repeated: false },
      reported: { outcome: { status: 'executed' } },
    });
  });

  it('runs a guarded action once, and not a second time', async () => {
    const [proposal, id] = [refund('40.00'), randomUUID()];
    await expect(python('guarded', id, proposal)).resolves.toMatchObject({
      reported: { ran: true, report_error: 'None', outcome: { status: 'executed', result: proposal.parameters } },
    });
    await expect(python('guarded', id, proposal)).resolves.toMatchObject({
      reported: { ran: false, effect: { status: 'executed', result: proposal.parameters } },
    });
  });
}

describe('the Python client', () => {
  if (hasPython) flows();
  else it('is left out: there is no python3 on this machine', () => expect(hasPython).toBe(false));
});
