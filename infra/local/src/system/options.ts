import type { ProxiedListener } from '../broker/broker.config.js';

/** What `countersign up` was asked for. */
export interface SystemOptions {
  /** First port; all others follow from it. Default 7400. */
  readonly portBase: number;
  /** Folder of policy files. */
  readonly policiesDir: string;
  /** 1 to 9. */
  readonly approvalInstances: number;
  readonly external: External;
  /** False leaves `.countersign/local.json` alone. Default true. */
  readonly announce?: boolean;
  /** For fault tests. */
  readonly faults?: FaultOptions;
}

/** Lets a test stand between the services and the broker. */
export interface FaultOptions {
  readonly proxied?: ProxiedListener;
  /** Brokers that services are told instead of the real one. */
  readonly serviceBrokers?: readonly string[];
  /** Added to the environment of every service. */
  readonly serviceEnv?: NodeJS.ProcessEnv;
}

export interface ExternalEngine {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly analystUser: string;
  readonly analystPassword: string;
}

/** Clusters that take the place of the embedded parts. */
export interface External {
  readonly kafkaBrokers: readonly string[] | null;
  readonly engine: ExternalEngine | null;
}
