import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, sha256 } from '@countersign/canonical';
import { decode, TOPICS } from '@countersign/events';
import { eventually } from '@countersign/testing';
import { openEvidenceDirectory } from '../src/evidence/evidence-store.js';
import { decided, gate } from '../../../libs/approval/test/records.js';
import { codeOf, fresh } from './common.js';
import { requestId } from './instances.js';
import type { Instances, Reply } from './instances.js';

const pdf = (text: string = randomUUID()): Buffer => Buffer.from(`%PDF-1.7\n${text}\n`);
const MIB = 1024 * 1024;

/** Evidence over several instances that share one directory. */
export function evidenceSuite(system: () => Instances): void {
  const bearer = (subject: string, roles = ['finance'], tenant?: string) =>
    system().people.bearer(subject, roles, tenant);
  const waiting = async () => {
    const action = fresh();
    await system().decide(decided(action, { gate: gate({ quorum: 1, evidence: ['invoice'] }) }));
    for (const index of [0, 1]) await system().read(action, index);
    return { action, id: requestId(action) };
  };
  interface File {
    readonly who?: string;
    readonly roles?: string[];
    readonly type?: string;
    readonly query?: string;
    readonly key?: string;
    readonly index?: number;
  }
  const upload = async (id: string, bytes: Buffer, file: File = {}): Promise<Reply> => {
    const { who = 'ann', roles = ['finance'], type = 'application/pdf', key = randomUUID(), index = 0 } = file;
    const { query = 'kind=invoice&name=invoice.pdf' } = file;
    const headers = { authorization: await bearer(who, roles), 'idempotency-key': key, 'content-type': type };
    const url = `${system().url(index)}/v1/requests/${id}/attachments?${query}`;
    const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(bytes) });
    return { status: response.status, body: (await response.json()) as Reply['body'] };
  };
  const read = async (id: string, index = 0) =>
    (await system().call('GET', `${system().url(index)}/v1/requests/${id}`, { authorization: await bearer('ann') }))
      .body;
  const vote = async (id: string, packet_digest: unknown, ballot: object = { vote: 'approve' }, who = 'ann') => {
    const headers = { authorization: await bearer(who), 'idempotency-key': randomUUID() };
    const url = `${system().url(1)}/v1/requests/${id}/votes`;
    return system().call('POST', url, headers, { ...ballot, packet_digest });
  };
  const download = async (id: string, attachment: string, authorization: string) =>
    fetch(`${system().url(1)}/v1/requests/${id}/attachments/${attachment}`, { headers: { authorization } });
  const attachmentIn = ({ body }: Reply) => body['attachment'] as unknown as { attachment_id: string; sha256: string };

  describe('evidence', () => {
    it('is demanded, attached, read at another instance, and part of the digest that is voted on', async () => {
      const { id } = await waiting();
      const before = await read(id);
      expect(before).toMatchObject({ evidence: { required: ['invoice'], missing: ['invoice'] } });
      const refused = await vote(id, before['packet_digest']);
      expect([refused.status, codeOf(refused)]).toEqual([422, 'evidence_required']);
      expect(refused.body).toMatchObject({ missing: ['invoice'] });
      const bytes = pdf();
      const { status, body } = await upload(id, bytes, { query: 'kind=invoice&name=..%2Finvoice%204711.pdf' });
      expect(status).toBe(201);
      expect(body['attachment']).toMatchObject({
        ...{ kind: 'invoice', name: 'invoice 4711.pdf', media_type: 'application/pdf', size_bytes: bytes.length },
        ...{ sha256: sha256(bytes), attached_by: { subject: 'ann', role: 'reviewer' } },
      });
      await eventually(async () => expect(await read(id, 1)).toMatchObject({ evidence: { missing: [] } }));
      const after = await read(id, 1);
      const packet = after['packet'] as unknown as { attachments: object[] };
      expect(packet.attachments).toEqual([body['attachment']]);
      const base = digestOf({ ...packet, attachments: [] });
      expect([base, digestOf({ packet: base, attachments: packet.attachments })]).toEqual([
        before['packet_digest'],
        after['packet_digest'],
      ]);
      const stale = await vote(id, before['packet_digest']);
      expect([codeOf(stale), stale.body['attached']]).toEqual(['stale_packet', [body['attachment']]]);
      expect(codeOf(await vote(id, after['packet_digest']))).toBe('ok');
      expect(codeOf(await upload(id, pdf()))).toBe('already_terminal');
    }, 30_000);

    it('is served as a file to save, to people of the tenant only', async () => {
      const { id } = await waiting();
      const bytes = Buffer.from('Paid … in full\n');
      const file = { type: 'text/plain', query: `kind=note&name=${encodeURIComponent('Beleg Nr. 7 – é.html')}` };
      const { attachment_id } = attachmentIn(await upload(id, bytes, file));
      const response = await download(id, attachment_id, await bearer('nob', []));
      expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="Beleg Nr. 7 _ _.html.txt"; filename*=UTF-8''Beleg%20Nr.%207%20%E2%80%93%20%C3%A9.html.txt`,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
        'cache-control': 'private, no-store',
      });
      const others = [
        await download(id, attachment_id, await bearer('gus', ['finance'], 'globex')),
        await download((await waiting()).id, attachment_id, await bearer('ann')),
        await download(id, 'att_none', await bearer('ann')),
        await download(id, attachment_id, `Bearer ${system().executorKey}`),
      ];
      expect(others.map(({ status }) => status)).toEqual([404, 404, 404, 403]);
    }, 30_000);

    it.each([
      ['a page', '<!doctype html><script>alert(1)</script>', 'text/html', 'unsupported_media_type'],
      ['a page that is said to be a PDF', '<!doctype html>', 'application/pdf', 'invalid_request'],
      ['a page that is said to be text', '<html>', 'text/plain', 'invalid_request'],
      ['a form', 'csrf=1', 'application/x-www-form-urlencoded', 'unsupported_media_type'],
      ['nothing', '', 'application/pdf', 'invalid_request'],
    ])('is not %s', async (_, text, type, code) => {
      const { id } = await waiting();
      expect(codeOf(await upload(id, Buffer.from(text), { type }))).toBe(code);
    });

    it.each([
      ['kind=In+voice&name=a.pdf', 'invalid_request'],
      ['kind=invoice', 'invalid_request'],
      ['kind=invoice&name=a.pdf&more=1', 'invalid_request'],
    ])('is not taken with %s', async (query, code) => {
      const { id } = await waiting();
      expect(codeOf(await upload(id, pdf(), { query }))).toBe(code);
    });

    it('has at most 10 MiB, of whatever type', async () => {
      const { id } = await waiting();
      const sized = (size: number, type: string) =>
        upload(id, Buffer.concat([type === 'application/pdf' ? pdf() : Buffer.from('{"'), Buffer.alloc(size, 97)]), {
          type,
        });
      expect(codeOf(await sized(10 * MIB, 'application/pdf'))).toBe('too_large');
      expect(codeOf(await sized(10 * MIB, 'application/json'))).toBe('too_large');
      expect(codeOf(await sized(10 * MIB - 100, 'application/pdf'))).toBe('ok');
      // Only here: elsewhere a body of another type, or a large one, is refused as before.
      const headers = { authorization: await bearer('ann'), 'content-type': 'application/pdf' };
      const url = `${system().url()}/v1/requests/${id}/comments`;
      expect((await fetch(url, { method: 'POST', headers, body: 'x' })).status).toBe(415);
    }, 30_000);

    it('comes from people who may vote on it, and is refused before it is read from others', async () => {
      const { id } = await waiting();
      expect(codeOf(await upload(id, pdf(), { who: 'nob', roles: ['sales'] }))).toBe('forbidden');
      expect((await upload(id, pdf(), { who: 'oli', roles: [] })).body['attachment']).toMatchObject({
        attached_by: { subject: 'oli', role: 'operator' },
      });
      expect(codeOf(await upload('req_none', pdf()))).toBe('not_found');
      const headers = { authorization: 'Bearer no.such.token', 'content-type': 'application/pdf' };
      const url = `${system().url()}/v1/requests/${id}/attachments?kind=invoice&name=a.pdf`;
      expect((await fetch(url, { method: 'POST', headers, body: 'x' })).status).toBe(401);
    }, 30_000);

    it('a retry with the same key is the same call, at any instance; another file under it is refused', async () => {
      const { id } = await waiting();
      const bytes = pdf();
      const calls = await Promise.all([0, 1, 2].map((index) => upload(id, bytes, { key: 'one', index })));
      expect(calls.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(new Set(calls.map((one) => attachmentIn(one).attachment_id)).size).toBe(1);
      expect(codeOf(await upload(id, pdf(), { key: 'one' }))).toBe('duplicate_request');
      expect(codeOf(await upload(id, bytes, { key: 'two' }))).toBe('already_attached');
      const ended = (await read(id))['packet_digest'];
      await vote(id, ended, { vote: 'deny', reason: 'no' });
      expect((await upload(id, bytes, { key: 'one' })).status).toBe(201);
    }, 30_000);

    it('has a quota, and leaves no claim when it is attached', async () => {
      const url = await system().add({ evidenceQuota: { tenantBytes: 100 * MIB, callerBytes: 3 * MIB } });
      try {
        const { id } = await waiting();
        const index = system().urls.indexOf(url);
        const large = () => Buffer.concat([pdf(), Buffer.alloc(2 * MIB, 'x')]);
        const zoe = { who: 'zoe', index };
        expect((await upload(id, large(), zoe)).status).toBe(201);
        const refused = await upload(id, large(), zoe);
        expect(refused).toMatchObject({ status: 413, body: { limit: 3 * MIB, size: expect.any(Number) as number } });
        expect(codeOf(refused)).toBe('too_large');
        expect((await upload(id, large(), { who: 'zed', index })).status).toBe(201);
        expect(await readdir(join(system().evidenceDir, 'pending'))).toEqual([]);
      } finally {
        await system().stop(url);
      }
    }, 60_000);

    it('that was damaged on the disk is not served', async () => {
      const { id } = await waiting();
      const attached = attachmentIn(await upload(id, pdf()));
      const digits = attached.sha256.slice('sha256:'.length);
      const tenant = createHash('sha256').update('acme').digest('hex');
      const path = join(system().evidenceDir, tenant, digits.slice(0, 2), digits);
      await writeFile(path, pdf('altered'));
      const authorization = await bearer('ann');
      const response = await download(id, attached.attachment_id, authorization);
      expect([response.status, (await response.json()) as object]).toEqual([
        500,
        expect.objectContaining({ detail: expect.stringContaining('damaged') as string, sha256: attached.sha256 }),
      ]);
      await rm(path);
      expect((await download(id, attached.attachment_id, authorization)).status).toBe(500);
    }, 30_000);

    it('is public without its bytes, and what was refused leaves none behind', async () => {
      const { action, id } = await waiting();
      const bytes = pdf();
      await upload(id, bytes);
      const kept = async () => (await readdir(system().evidenceDir, { recursive: true })).length;
      const before = await kept();
      await upload(id, bytes, { query: 'kind=invoice&name=again.pdf' });
      await upload(id, pdf(), { who: 'nob', roles: [] });
      expect(await kept()).toBe(before);
      await eventually(async () => {
        const records = await system().published(TOPICS.approvals, ({ value }) => value !== null);
        const events = records.map(({ value }) => decode(value as Buffer));
        const own = events.filter(({ event }) => (event as { action_id?: string }).action_id === action.action_id);
        const told = own.filter(({ name }) => name === 'EvidenceRecorded');
        expect(told).toMatchObject([{ event: { kind: 'invoice', sha256: sha256(bytes), subject: 'ann' } }]);
        expect(JSON.stringify(told)).not.toContain(bytes.toString('utf8').slice(10, 20));
      });
    }, 30_000);
  });

  describe('the directory of evidence', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'countersign-evidence-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    it('keeps tenants apart, whatever they are called, and bytes as they were', async () => {
      const store = await openEvidenceDirectory(join(folder, 'new', 'one'));
      const bytes = pdf();
      for (const tenant of ['acme', '../acme', 'a/b', '..']) {
        expect(await store.get(tenant, sha256(bytes))).toBeNull();
        await store.put(tenant, bytes);
        await store.put(tenant, bytes);
        expect(await store.get(tenant, sha256(bytes))).toEqual(bytes);
      }
      const names = await readdir(join(folder, 'new', 'one'));
      expect(names.every((name) => /^[0-9a-f]{64}$/.test(name))).toBe(true);
      expect(names).toHaveLength(4);
    });

    it('repairs a damaged file when the same bytes come again', async () => {
      const store = await openEvidenceDirectory(folder);
      const bytes = pdf();
      await store.put('acme', bytes);
      const [path = ''] = (await readdir(folder, { recursive: true })).filter(
        (name) => /[0-9a-f]{64}$/.test(name) && name.length > 100,
      );
      await writeFile(join(folder, path), 'damaged');
      expect(await store.get('acme', sha256(bytes))).toBeNull();
      await store.put('acme', bytes);
      expect(await readFile(join(folder, path))).toEqual(bytes);
    });

    it('that cannot be written to is found at start', async () => {
      await writeFile(join(folder, 'file'), '');
      await expect(openEvidenceDirectory(join(folder, 'file'))).rejects.toThrow();
    });
  });
}
