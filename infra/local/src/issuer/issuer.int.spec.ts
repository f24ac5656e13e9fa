import { freePort } from '@countersign/testing';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDist } from '../paths.js';
import { stopChild } from '../process/child.js';
import type { Child } from '../process/child.js';
import { createGuard } from '../process/guard.js';
import { startPart } from '../process/part.js';
import type { Part } from '../process/part.js';
import { rosterFile } from '../roster.js';
import { fetchReviewerToken } from './fetch-token.js';

describe('development identity provider', () => {
  const guard = createGuard();
  let folder: string;
  let url: string;
  let child: Child;

  const part = (env: NodeJS.ProcessEnv): Part => ({
    name: 'issuer',
    readyTimeoutMs: 10_000,
    stopDeadlineMs: 1_000,
    isReady: () =>
      fetch(`${url}/health/ready`).then(
        (response) => response.ok,
        () => false,
      ),
    command: () => ({
      file: process.execPath,
      args: [join(localDist, 'issuer/main.js')],
      env: {
        PORT: new URL(url).port,
        APPROVAL_URLS: 'http://127.0.0.1:1',
        COUNTERSIGN_SECRETS_DIR: folder,
        COUNTERSIGN_ROSTER: rosterFile,
        ...env,
      },
      logFile: join(folder, 'issuer.log'),
    }),
  });
  const verify = (token: string) =>
    jwtVerify(token, createRemoteJWKSet(new URL(`${url}/jwks`)), { issuer: url, audience: 'countersign' });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-issuer-'));
    url = `http://127.0.0.1:${await freePort()}`;
    child = await startPart(part({}), guard);
  });
  afterAll(async () => {
    await stopChild(child, 1_000);
    guard.close();
    await rm(folder, { recursive: true });
  });

  it('issues access tokens with tenant and roles', async () => {
    const token = await fetchReviewerToken(url, 'ann');
    const { payload, protectedHeader } = await verify(token);
    expect(payload).toMatchObject({ sub: 'ann', tenant: 'acme', roles: ['finance', 'approver'], name: 'Ann Ahlers' });
    expect(protectedHeader.typ).toBe('at+jwt');
  });

  it('keeps its key over a restart', async () => {
    const token = await fetchReviewerToken(url, 'bob');
    await stopChild(child, 1_000);
    child = await startPart(part({}), guard);
    await expect(verify(token)).resolves.toMatchObject({ payload: { sub: 'bob' } });
  });

  it('issues an id token on request, which is not an access token', async () => {
    const order = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ subject: 'ann', kind: 'id_token' }),
    };
    const answer = (await (await fetch(`${url}/dev/token`, order)).json()) as { access_token: string };
    expect(decodeProtectedHeader(answer.access_token).typ).toBe('JWT');
    expect((await verify(answer.access_token)).payload).toHaveProperty('nonce');
  });

  it('refuses strangers and requests that a web page could send', async () => {
    await expect(fetchReviewerToken(url, 'mallory')).rejects.toThrow('no such person in the roster');
    const form = await fetch(`${url}/dev/token`, { method: 'POST', body: JSON.stringify({ subject: 'ann' }) });
    expect(form.status).toBe(400);
  });

  it('does not start in production', async () => {
    const production = part({ NODE_ENV: 'production', PORT: String(await freePort()) });
    const refusing = { ...production, isReady: async () => false };
    await expect(startPart(refusing, guard)).rejects.toThrow(/issuer ended while starting \(code 1\)/);
  });
});
