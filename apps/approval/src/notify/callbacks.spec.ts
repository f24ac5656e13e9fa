import type { AgentCredentials, Credentials } from '@countersign/service';
import { Callbacks } from './callbacks.js';

const agent = (more: Partial<AgentCredentials>): AgentCredentials => ({
  ...{ agent_id: 'refund-agent', tenant: 'acme', environments: [], operators: [], keys: [], signing_secrets: ['one'] },
  ...more,
});

function callbacksOf(...agents: AgentCredentials[]) {
  const warned: unknown[] = [];
  let credentials: Credentials = { agents, executors: [] };
  let changed = (): void => undefined;
  const file = { get: () => credentials, onChange: (listener: () => void) => void (changed = listener) };
  const callbacks = new Callbacks(file, { warn: (...told: unknown[]) => void warned.push(told) });
  const edit = (...others: AgentCredentials[]): void => {
    credentials = { agents: others, executors: [] };
    changed();
  };
  return { callbacks, warned, edit };
}

describe('callbacks of agents', () => {
  const callback_url = 'https://agents.example.com/hints';

  it('go where the operator says for this agent of this tenant, signed with all its secrets', () => {
    const { callbacks } = callbacksOf(agent({ callback_url, signing_secrets: ['one', 'two'] }));
    expect(callbacks.ofAgent('acme', 'refund-agent')).toEqual({
      ...{ kind: 'callback', tenant: 'acme', endpoint_id: 'agent:refund-agent' },
      ...{ url: callback_url, secrets: ['one', 'two'] },
    });
    expect(callbacks.find('acme|agent:refund-agent')).not.toBeNull();
    expect(callbacks.ofAgent('globex', 'refund-agent')).toBeNull();
  });

  it('follow an edit of the file', () => {
    const { callbacks, edit } = callbacksOf(agent({}));
    expect(callbacks.all()).toEqual([]);
    edit(agent({ callback_url }));
    expect(callbacks.all()).toHaveLength(1);
    edit(agent({}));
    expect(callbacks.all()).toEqual([]);
  });

  it('are left out with a warning that tells neither address nor secret', () => {
    const bad = ['ftp://canary.test', 'https://u:canary@x.test', 'canary'].map((url) => agent({ callback_url: url }));
    const { callbacks, warned } = callbacksOf(...bad, agent({ callback_url, signing_secrets: [''] }));
    expect([callbacks.all(), warned.length]).toEqual([[], 4]);
    expect(JSON.stringify(warned)).not.toContain('canary');
  });
});
