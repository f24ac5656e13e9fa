import { callbackId, endpointKey, isPlainUrl } from '@countersign/notify';
import type { CallbackEndpoint } from '@countersign/notify';
import type { AgentCredentials, CredentialsFile, Logger } from '@countersign/service';

/** Where agents are told of their actions, as the operator wrote it into `credentials.json`. */
export class Callbacks {
  private byKey: ReadonlyMap<string, CallbackEndpoint> = new Map();

  constructor(
    private readonly file: Pick<CredentialsFile, 'get' | 'onChange'>,
    private readonly log: Pick<Logger, 'warn'>,
  ) {
    this.take();
    file.onChange(() => this.take());
  }

  find(key: string): CallbackEndpoint | null {
    return this.byKey.get(key) ?? null;
  }

  ofAgent(tenant: string, agentId: string): CallbackEndpoint | null {
    return this.find(endpointKey({ tenant, endpoint_id: callbackId(agentId) }));
  }

  all(): CallbackEndpoint[] {
    return [...this.byKey.values()];
  }

  private take(): void {
    const wanted = this.file.get().agents.filter(({ callback_url }) => callback_url !== undefined);
    for (const { tenant, agent_id } of wanted.filter((agent) => !isUsable(agent)))
      this.log.warn('a callback needs an http(s) address without credentials, and a signing secret', {
        tenant,
        agent_id,
      });
    const endpoints = wanted.filter(isUsable).map(endpointOf);
    this.byKey = new Map(endpoints.map((endpoint) => [endpointKey(endpoint), endpoint]));
  }
}

const secretsOf = ({ signing_secrets }: AgentCredentials): string[] => signing_secrets.filter((one) => one !== '');

const isUsable = (agent: AgentCredentials): boolean =>
  isPlainUrl(agent.callback_url ?? '') && secretsOf(agent).length > 0;

const endpointOf = (agent: AgentCredentials): CallbackEndpoint => ({
  ...{ kind: 'callback', tenant: agent.tenant, endpoint_id: callbackId(agent.agent_id) },
  ...{ url: agent.callback_url ?? '', secrets: secretsOf(agent) },
});
