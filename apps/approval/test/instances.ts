import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { derivedId, digestOf } from '@countersign/canonical';
import { recordKey, toRecord, topicConfigs, TOPICS } from '@countersign/events';
import type { ActionDecided, ActionProposed, EventMap, EventName, MacKeys, ServiceName } from '@countersign/events';
import { createAppender, ensureTopics } from '@countersign/kafka';
import type { Appender, InRecord, KafkaConnection } from '@countersign/kafka';
import { hashKey, loadIssuers, loadRate } from '@countersign/service';
import type { AgentCredentials, RunningService } from '@countersign/service';
import { connectTo, readAll, testBroker } from '@countersign/testing';
import { loadEvidenceQuota } from '../src/approval.config.js';
import type { ApprovalConfig } from '../src/approval.config.js';
import { startApproval } from '../src/start-approval.js';
import { startPeople } from './people.js';
import type { People } from './people.js';

const INTERNAL = 'internal-token';
const hex = (): string => randomBytes(32).toString('hex');

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Reply {
  readonly status: number;
  readonly body: Record<string, never> & { readonly [member: string]: unknown };
}

/** Several approval instances in this process on a real broker, with keys of their own: what others wrote is not believed. */
export class Instances {
  readonly macKeys: MacKeys = { intake: hex(), policy: hex(), approval: hex(), telemetry: hex() };
  readonly executorKey = `csk_${hex()}`;
  readonly agentKey = `csk_${hex()}`;
  readonly strangerKey = `csk_${hex()}`;
  readonly services: RunningService[] = [];
  /** Addresses that messages connected to. */
  readonly connected: string[] = [];
  private readonly agent = new Agent({ connections: 200 });

  private constructor(
    readonly connection: KafkaConnection,
    readonly appender: Appender,
    readonly people: People,
    private readonly secretsDir: string,
  ) {}

  static async start(count: number): Promise<Instances> {
    const { brokers } = await testBroker();
    const connection = connectTo(brokers);
    await ensureTopics(connection, topicConfigs);
    const secretsDir = await mkdtemp(join(tmpdir(), 'countersign-approval-'));
    const instances = new Instances(connection, createAppender(connection), await startPeople(), secretsDir);
    await instances.writeCredentials();
    for (let index = 0; index < count; index += 1) await instances.add();
    return instances;
  }

  /** Starts one more instance on the same log. */
  async add(overrides: Partial<ApprovalConfig> = {}): Promise<string> {
    const config: ApprovalConfig = {
      ...{ service: 'approval', instanceId: `approval-${randomUUID()}`, host: '127.0.0.1', port: 0 },
      ...{
        kafkaBrokers: this.connection.brokers,
        secretsDir: this.secretsDir,
        internalToken: INTERNAL,
        macKeys: this.macKeys,
        redactionKeys: { acme: { key_id: 'k1', key: '0f'.repeat(32) } },
      },
      ...{
        parentPid: null,
        logLevel: 'error' as const,
        tokenIssuer: 'https://approval.example.test',
      },
      ...{ policyUrl: 'http://127.0.0.1:9', issuers: this.people.issuers, pageClientId: null, pageUrls: [] },
      notificationWaitsMs: Array.from({ length: 200 }, () => 300),
      onNotificationConnect: (address) => void this.connected.push(address),
      ...{ rosterFile: null, operator: 'operator', rate: loadRate({}), evidenceDir: this.evidenceDir },
      evidenceQuota: loadEvidenceQuota({}),
      ...overrides,
    };
    const service = await startApproval(config);
    this.services.push(service);
    return service.url;
  }

  /** Closes all instances, then starts others on the same log. */
  async restart(count: number): Promise<void> {
    await Promise.all(this.services.splice(0).map((service) => service.close()));
    for (let index = 0; index < count; index += 1) await this.add();
  }

  /** Replaces notifications.json; instances see it within a second. */
  async notify(settings: object): Promise<void> {
    await writeFile(join(this.secretsDir, 'notifications.json'), JSON.stringify(settings), { mode: 0o600 });
    await sleep(1_500);
  }

  /** Stops one instance; the others go on. */
  async stop(url: string): Promise<void> {
    const at = this.services.findIndex((service) => service.url === url);
    await Promise.all(this.services.splice(at, 1).map((service) => service.close()));
  }

  /** Starts one more instance with the page, whose people sign in at a provider of their own. */
  addWithPage(issuer: { issuer: string; jwks_uri: string; audience: string }, port: number): Promise<string> {
    const issuers = loadIssuers({ OIDC_ISSUERS: JSON.stringify([issuer]) });
    return this.add({ issuers, port, pageClientId: 'countersign-page', pageUrls: [`http://127.0.0.1:${port}`] });
  }

  get evidenceDir(): string {
    return join(this.secretsDir, 'evidence');
  }

  get urls(): string[] {
    return this.services.map(({ url }) => url);
  }

  url(index = 0): string {
    const { services } = this;
    return services[index % services.length]?.url ?? '';
  }

  /** As clients are told to: what may or may not have happened is asked again with the same id. */
  async call(method: Method, url: string, headers: Record<string, string>, body?: unknown): Promise<Reply> {
    const reply = await this.send(method, url, headers, body);
    if (reply.status !== 503) return reply;
    await sleep(200);
    return this.call(method, url, headers, body);
  }

  private async send(method: Method, url: string, headers: Record<string, string>, body?: unknown): Promise<Reply> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await request(url, { method, dispatcher: this.agent, headers: { ...headers, ...type }, ...json });
    return { status: response.statusCode, body: (await response.body.json()) as Reply['body'] };
  }

  /** The action as intake reads it, with a token. */
  async read(action: ActionProposed, index = 0, query = 'wait_ms=5000&for=decision&token=1'): Promise<Reply> {
    const path = `/internal/actions/${action.action_id}?tenant=${action.tenant}&agent_id=${action.agent_id}&${query}`;
    return this.call('GET', this.url(index) + path, { 'countersign-internal': INTERNAL });
  }

  async token(action: ActionProposed, index = 0): Promise<string> {
    const { body } = await this.read(action, index);
    return ((body['document'] as { grant?: { token?: string } } | undefined)?.grant?.token ?? '') as string;
  }

  redeem(
    action: ActionProposed,
    token: string,
    request_id: string,
    { index = 0, ...overrides }: Record<string, unknown> = {},
  ): Promise<Reply> {
    const { digest: action_digest, environment } = action;
    const { key = this.executorKey, ...body } = {
      token,
      action_digest,
      environment,
      request_id,
      ...overrides,
    } as Record<string, string>;
    return this.call('POST', `${this.url(Number(index))}/v1/grants/redeem`, { authorization: `Bearer ${key}` }, body);
  }

  /** Puts a record on a topic as one of the services would, or somebody else with `macKeys` of their own. */
  async append<N extends EventName>(
    name: N,
    event: EventMap[N],
    service: ServiceName,
    macKeys = this.macKeys,
  ): Promise<void> {
    const { tenant, action_id } = event as unknown as ActionDecided;
    const key = recordKey(tenant, action_id);
    const record = {
      topic: TOPICS.approvalLog,
      name,
      event,
      key,
      id: randomUUID(),
      timeMs: Date.now(),
      service,
      macKeys,
    };
    await this.appender.append([toRecord(record)]);
  }

  /** What policy does: appends the decision. */
  async decide(decided: ActionDecided): Promise<void> {
    await this.append('ActionDecided', decided, 'policy');
  }

  /** Records of a public topic about this run's own actions. */
  async published(topic: string, of: (record: InRecord) => boolean): Promise<InRecord[]> {
    return (await readAll(this.connection, topic)).filter(of);
  }

  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.close()));
    await this.appender.close();
    await this.connection.close();
    await this.people.close();
    await this.agent.close();
    await rm(this.secretsDir, { recursive: true, force: true });
  }

  /** Adds agents that are called back; instances see them within a second. */
  async callBack(
    called: readonly Pick<AgentCredentials, 'agent_id' | 'callback_url' | 'signing_secrets'>[],
  ): Promise<void> {
    const common = { tenant: 'acme', environments: ['production'], operators: [], keys: [] };
    await this.writeCredentials(called.map((agent) => ({ ...common, ...agent })));
    await sleep(1_500);
  }

  private async writeCredentials(others: readonly AgentCredentials[] = []): Promise<void> {
    const key = (secret: string) => [
      { key_id: digestOf(secret), sha256: hashKey(secret), created_at: '2026-01-01T00:00:00.000Z', revoked_at: null },
    ];
    const environments = ['production', 'staging'];
    const audiences = ['urn:countersign:executor'];
    const agents = [
      {
        agent_id: 'refund-agent',
        tenant: 'acme',
        environments,
        operators: ['oli'],
        keys: key(this.agentKey),
        signing_secrets: [],
      },
      ...others,
    ];
    const executors = [
      { executor_id: 'payments', tenant: 'acme', environments, audiences, keys: key(this.executorKey) },
      { executor_id: 'payments', tenant: 'globex', environments, audiences, keys: key(this.strangerKey) },
    ];
    await writeFile(join(this.secretsDir, 'credentials.json'), JSON.stringify({ agents, executors }), { mode: 0o600 });
  }
}

export const requestId = (action: ActionProposed): string => derivedId('req', action.action_id);
