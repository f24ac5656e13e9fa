#!/usr/bin/env node
/**
 * The hostile tenant: goes round every door with every kind of extreme for a time, at half a core at most, and prints
 * what it was answered. Reads `{ local, tokens, operations, seconds, seed }` as JSON from standard input.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { crawl, fire, PATIENCE_MS, waitAll } from './http-gun.mjs';
import { hiddenShot, proposal, proposalShot, proposalShots, shotAt } from './http-shots.mjs';
import { KafkaGun } from './kafka-gun.mjs';
import { agentShots, CODED, STRANGERS, Submissions, SUBMISSIONS } from './kafka-shots.mjs';
import { seeded } from './random.mjs';
import { EditAttack } from './edit-attack.mjs';
import { GrowthAttack } from './growth-attack.mjs';

const PROPOSALS = 'intake POST /v1/actions';
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { local, tokens, operations, topics, seconds, seed, only, agent, schemas } = JSON.parse(
  Buffer.concat(chunks).toString(),
);
const random = seeded(seed);
const isWanted = (kind) => only.length === 0 || only.includes(kind);
/** Of entries `[kind, …]` or items with a kind, those that are asked for. */
const wantedOf = (list) => list.filter((one) => isWanted(Array.isArray(one) ? one[0] : one.kind));
const report = { sent: {}, answers: {}, findings: [], accepted_bytes: 0, taken: [], cpu_s: 0, seconds: 0 };
const until = Date.now() + seconds * 1_000;
const started = { at: Date.now(), cpu: process.cpuUsage() };

const cpuShare = () => {
  const { user, system } = process.cpuUsage(started.cpu);
  return (user + system) / 1_000 / Math.max(1, Date.now() - started.at);
};

function note(door, kind, answer) {
  const row = (report.sent[door] ??= {});
  row[kind] = (row[kind] ?? 0) + 1;
  const answers = (report.answers[door] ??= {});
  answers[answer] = (answers[answer] ?? 0) + 1;
}

/** An answer of the 5xx kind but "try again", or none at all, is a finding. */
function judge(door, shot, { status, ms, fault }) {
  const isBad = status === 500 || (status === null && fault !== 'ECONNRESET' && fault !== 'EPIPE') || ms > PATIENCE_MS;
  if (isBad && report.findings.length < 200)
    report.findings.push({
      door,
      kind: shot.kind,
      path: shot.path.slice(0, 120),
      status,
      ms: Math.round(ms),
      fault,
      body: (shot.body ?? '').slice(0, 160),
    });
}

async function shoot(door, shot) {
  const answer = await fire(shot);
  note(door, shot.kind, String(answer.status ?? answer.fault));
  judge(door, shot, answer);
  if (door === PROPOSALS && answer.status !== null && answer.status < 300)
    report.accepted_bytes += shot.body?.length ?? 0;
  if (answer.status === 202 && answer.location) report.taken.push(answer.location);
}

const url = (service) => local[`${service}_url`];
const credentialOf = (service) => (service === 'intake' && random.below(3) > 0 ? agent.api_key : random.pick(tokens));
const ids = {
  action_id: '',
  request_id: 'req_none',
  grant_id: 'grant_none',
  run_id: 'hostile',
  name: 'refunds',
  version: '1',
  subject: 'ivo',
};

const proposals = random.rounds(wantedOf(proposalShots(random)));
const doors = random.rounds(operations);

/** Every operation of every service in turn, and the door of proposals in between. */
async function httpLane() {
  for (let turn = 0; Date.now() < until; turn += 1) {
    if (turn % 2 === 0) await proposalTurn();
    else await doorTurn();
    await rest(40);
  }
}

async function proposalTurn() {
  const shot = proposals.next().value;
  if (shot) await shoot(PROPOSALS, proposalShot(shot, url('intake'), agent.api_key));
}

/** The same ten times at once: what is dear for the service, and cheap for its caller. */
async function burstLane() {
  while (Date.now() < until) {
    const shot = () => proposalShot(hiddenShot(), url('intake'), agent.api_key);
    await Promise.all(Array.from({ length: 10 }, () => shoot(PROPOSALS, shot())));
    await rest(5_000);
  }
}

async function doorTurn() {
  const { service, method, path, operation } = doors.next().value;
  const shot = shotAt(
    { url: url(service), method, path, operation },
    { ids, random, credential: credentialOf(service) },
  );
  if (isWanted(shot.kind)) await shoot(`${service} ${method} ${path}`, shot);
}

/** Pauses so that this process stays below half a core. */
const rest = async (ms) => sleep(cpuShare() > 0.45 ? ms * 10 : ms);

async function kafkaLane(gun) {
  const submissions = new Submissions({ agent, schemas });
  const signed = random.rounds(wantedOf(agentShots(submissions, ids.action_id)));
  const strange = random.rounds(
    topics.flatMap((topic) =>
      wantedOf([...Object.entries(STRANGERS), ...Object.entries(CODED)]).flatMap(([kind, makers]) =>
        makers.map((make) => ({ topic, kind, make })),
      ),
    ),
  );
  for (let turn = 0; Date.now() < until; turn += 1) {
    if (turn % 2 === 0) await signedShot(gun, signed.next().value);
    else await strangerShot(gun, strange.next().value);
    await rest(60);
  }
}

async function signedShot(gun, shot) {
  if (shot) note('kafka submissions, signed', shot.kind, await gun.send(SUBMISSIONS, shot.make()));
}

async function strangerShot(gun, shot) {
  if (!shot) return;
  const made = shot.make();
  const [message, coded] = made.codec === undefined ? [made, null] : [{ key: 'k', value: 'coded' }, made];
  note(`kafka ${shot.topic.split('.')[1]}`, shot.kind, await gun.send(shot.topic, message, coded));
}

/** What holds something open: transactions, waits, slow connections. */
async function holdingLane(gun) {
  const release = isWanted('slow') ? [crawl(url('intake'), 60), crawl(url('approval'), 60)] : [];
  if (isWanted('slow')) note('intake connections', 'slow', 'opened');
  if (isWanted('transactions')) await leaveOpen(gun);
  while (isWanted('waits') && Date.now() < until - 5_000) await waits();
  await sleep(Math.max(0, until - Date.now()));
  release.forEach((end) => end());
}

const leaveOpen = (gun) =>
  gun.leaveOpen(SUBMISSIONS, 4, `hostile-${seed}`).then(
    () => note('kafka submissions', 'transactions', 'left open'),
    (error) => note('kafka submissions', 'transactions', String(error.type ?? error.name)),
  );

async function waits() {
  const answers = await waitAll(url('intake'), `/v1/actions/${ids.action_id}?wait=4s`, agent.api_key, 200);
  for (const { status, fault } of answers) note('intake GET /v1/actions/{action_id}', 'waits', String(status ?? fault));
  await rest(1_000);
}

async function openPending() {
  const body = { ...proposal(), parameters: { amount: { value: '450.00', currency: 'USD' } }, confidence: 0.9 };
  const response = await fetch(`${url('intake')}/v1/actions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${agent.api_key}`,
      'content-type': 'application/json',
      'idempotency-key': `open-${seed}`,
    },
    body: JSON.stringify(body),
  });
  const action = await response.json();
  ids.action_id = action.action_id ?? 'act_none';
  ids.request_id = action.request?.request_id ?? 'req_none';
}

const gun = new KafkaGun(local.kafka_brokers);
await gun.connect();
await openPending();
const edits = new EditAttack({ local, agent, token: tokens[0], note, judge });
const editing = isWanted('multiplies') ? edits.run(until, rest) : null;
const growth = new GrowthAttack({ url: url('intake'), agent, note, judge });
const growing = isWanted('growth') ? growth.run(rest) : null;
// Ten times a door's whole size at once is asked for by name only: how long it takes depends on the machine.
const bursting = only.includes('bursts') ? burstLane() : null;
await Promise.all([httpLane(), httpLane(), httpLane(), kafkaLane(gun), holdingLane(gun), editing, growing, bursting]);
await gun.close();
report.cpu_s = Math.round(cpuShare() * (Date.now() - started.at)) / 1_000;
report.seconds = Math.round((Date.now() - started.at) / 1_000);
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);
