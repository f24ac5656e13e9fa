import { quietIdleConnections } from '@countersign/kafka/quiet-queue';
import kafkajs from 'kafkajs';
import type { Admin, KafkaConfig } from 'kafkajs';

quietIdleConnections();

/** Asks a cluster and hangs up. @throws what kafkajs throws */
export async function withAdmin<T>(
  brokers: readonly string[],
  question: (admin: Admin) => Promise<T>,
  options: Partial<KafkaConfig> = {},
): Promise<T> {
  const clientId = 'countersign-launcher';
  const client = new kafkajs.Kafka({ brokers: [...brokers], clientId, logLevel: kafkajs.logLevel.NOTHING, ...options });
  const admin = client.admin();
  try {
    await admin.connect();
    return await question(admin);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
