import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decided, gate } from '../../../libs/approval/test/records.js';
import { codeOf, count, fresh } from './common.js';
import { requestId } from './instances.js';
import type { Instances, Reply } from './instances.js';

const ONE = gate({ quorum: 1 });

/** The roster over several instances. Its people are of a kind of their own, so that other suites' stay as they are. */
export function rosterSuite(system: () => Instances): void {
  const admin = async (): Promise<Record<string, string>> => ({
    authorization: await system().people.bearer('roster-admin', ['admin']),
  });
  const put = async (subject: string, body: object, index = 0): Promise<Reply> =>
    system().call('PUT', `${system().url(index)}/v1/reviewers/${subject}`, await admin(), body);
  /** A ballot that is ready to be cast on an instance which knows the request. */
  const ballot = async (subject: string, index: number): Promise<() => Promise<Reply>> => {
    const action = fresh();
    await system().decide(decided(action, { gate: ONE }));
    await system().read(action, index);
    const { packet_digest } = decided(action, { gate: ONE });
    const authorization = await system().people.bearer(subject, ['finance']);
    const headers = { authorization, 'idempotency-key': 'once' };
    const url = `${system().url(index)}/v1/requests/${requestId(action)}/votes`;
    // Reading comes first, so that the person is known and nothing but the roster stands between vote and answer.
    await system().call('GET', `${system().url(index)}/v1/requests/${requestId(action)}`, headers);
    return () => system().call('POST', url, headers, { vote: 'approve', packet_digest });
  };
  const vote = async (subject: string, index: number): Promise<Reply> => (await ballot(subject, index))();

  describe('roster over several instances', () => {
    it('lets nobody vote who was taken off, on no instance, from the answer on', async () => {
      const subjects = Array.from({ length: 20 }, (_, at) => `gone-${at}`);
      const refused = await Promise.all(
        subjects.map(async (subject, at) => {
          await put(subject, { roles: ['finance'] }, at);
          const before = await vote(subject, at + 1);
          const cast = await ballot(subject, at + 1);
          const url = `${system().url(at)}/v1/reviewers/${subject}`;
          const removed = await system().call('DELETE', url, await admin());
          const after = await cast();
          const read = await system().call('GET', `${system().url(at)}/v1/requests`, {
            authorization: await system().people.bearer(subject, ['finance']),
          });
          return [codeOf(before), codeOf(removed), codeOf(after), codeOf(read)].join(' ');
        }),
      );
      expect(count(refused)).toEqual({ 'ok ok forbidden forbidden': subjects.length });
    }, 60_000);

    it('counts the roles of the roster, and the token’s only where it leaves them to it', async () => {
      await put('roster-legal', { roles: ['legal'] });
      await put('roster-token', { teams: ['blue'] });
      expect([codeOf(await vote('roster-legal', 1)), codeOf(await vote('roster-token', 2))]).toEqual([
        'not_eligible',
        'ok',
      ]);
    });

    it('keeps an agent’s operator from voting', async () => {
      await put('roster-operator', { roles: ['finance'], operates: ['refund-agent'] });
      expect((await vote('roster-operator', 1)).body).toMatchObject({ rule: 'operator' });
    });

    it('is changed by administrators only, but for one’s own absences', async () => {
      await put('roster-ann', { roles: ['finance'] });
      const authorization = await system().people.bearer('roster-ann', ['finance', 'admin']);
      const absences = [{ from: '2026-01-01T00:00:00Z', until: '2036-01-01T00:00:00Z' }];
      const own = `${system().url(1)}/v1/reviewers/roster-ann`;
      const other = `${system().url(1)}/v1/reviewers/roster-legal`;
      expect(codeOf(await system().call('PUT', own, { authorization }, { roles: ['admin'] }))).toBe('forbidden');
      expect(codeOf(await system().call('POST', `${other}/absences`, { authorization }, { absences }))).toBe(
        'forbidden',
      );
      const out = await system().call('POST', `${own}/absences`, { authorization }, { absences });
      expect(out.body).toMatchObject({ absent: true, roles: ['finance'], source: 'self' });
    });

    it('says which member of a wrong entry is at fault, and shows nothing to another tenant', async () => {
      const wrong = await put('roster-ann', { wip_limit: 0 });
      expect([codeOf(wrong), wrong.body['pointer']]).toEqual(['invalid_request', '/wip_limit']);
      const authorization = await system().people.bearer('x', ['admin'], 'globex');
      const read = await system().call('GET', `${system().url()}/v1/reviewers/roster-ann`, { authorization });
      expect(codeOf(read)).toBe('not_found');
    });

    it('takes in a file once: what changed live since stands when another instance starts', async () => {
      const rosterFile = join(await mkdtemp(join(tmpdir(), 'countersign-roster-')), 'roster.json');
      const person = { tenant: 'acme', subject: 'roster-filed', roles: ['finance'] };
      await writeFile(rosterFile, JSON.stringify({ agents: [], reviewers: [person] }));
      await system().add({ rosterFile });
      expect(codeOf(await vote('roster-filed', 1))).toBe('ok');
      await put('roster-filed', { roles: ['legal'] });
      await system().add({ rosterFile });
      expect(codeOf(await vote('roster-filed', 2))).toBe('not_eligible');
    }, 60_000);
  });
}
