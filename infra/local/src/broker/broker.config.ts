import { join } from 'node:path';

/** A listener for fault tests: clients that enter here are sent to `advertisedPort`, where a proxy listens. */
export interface ProxiedListener {
  readonly port: number;
  readonly advertisedPort: number;
}

export interface BrokerOptions {
  readonly dataDir: string;
  readonly logFile: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly proxied?: ProxiedListener;
}

const HOST = '127.0.0.1';

function listeners({ port, controllerPort, proxied }: BrokerOptions): Record<string, string> {
  const extra = proxied ? [`PROXIED://${HOST}:${proxied.port}`] : [];
  const extraAdvertised = proxied ? [`PROXIED://${HOST}:${proxied.advertisedPort}`] : [];
  return {
    listeners: [`PLAINTEXT://${HOST}:${port}`, `CONTROLLER://${HOST}:${controllerPort}`, ...extra].join(','),
    'advertised.listeners': [`PLAINTEXT://${HOST}:${port}`, ...extraAdvertised].join(','),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT',
    'controller.quorum.voters': `1@${HOST}:${controllerPort}`,
  };
}

/** One node that is broker and controller; internal topics are small, so that it starts fast and idles cheaply. */
export function brokerProperties(options: BrokerOptions): string {
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    ...listeners(options),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(options.dataDir, 'log'),
    'auto.create.topics.enable': 'false',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    // A killed broker may register again only after its old session has run out (9 s by default).
    'broker.session.timeout.ms': '5000',
    'broker.heartbeat.interval.ms': '1000',
    'log.cleaner.dedupe.buffer.size': '8388608',
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
