import { SERVICES, topicConfigs, TOPICS, writersOf } from '@countersign/events';
import type { ServiceName } from '@countersign/events';
import kafkajs from 'kafkajs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { world } from './support/system.js';

interface Rights {
  readonly principal: string;
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly groups: readonly string[];
  readonly replay?: readonly string[];
}

const acls = JSON.parse(readFileSync(join(import.meta.dirname, '../../infra/kafka/acls.json'), 'utf8')) as Record<
  ServiceName | 'agents' | 'setup',
  Rights
>;
/** Read with a drift guard in some policy only. */
const NOT_NOW: readonly string[] = [`policy ${TOPICS.labels}`];

/** A member of a consumer group, as the broker knows it. */
interface Member {
  readonly group: string;
  readonly service: ServiceName;
  readonly topics: readonly string[];
}

async function members(): Promise<Member[]> {
  const kafka = new kafkajs.Kafka({ brokers: [...world().local.kafka_brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { groups } = await admin.listGroups();
    const described = await admin.describeGroups(groups.map(({ groupId }) => groupId));
    return described.groups.flatMap(({ groupId, members: all }) => all.map((one) => memberOf(groupId, one)));
  } finally {
    await admin.disconnect();
  }
}

function memberOf(group: string, { clientId, memberAssignment }: kafkajs.MemberDescription): Member {
  const assigned = kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment ?? {};
  return { group, service: clientId.replace(/-\d+$/, '') as ServiceName, topics: Object.keys(assigned) };
}

describe('infra/kafka/acls.json', () => {
  it('lets each service read what its consumers read, and nothing else', async () => {
    const found = (await members()).flatMap(({ service, topics }) => topics.map((topic) => `${service} ${topic}`));
    const wanted = SERVICES.flatMap((service) => acls[service].read.map((topic) => `${service} ${topic}`));
    expect([...new Set([...found, ...NOT_NOW])].sort()).toEqual(wanted.sort());
  });

  it('gives each service the groups of its consumers, and none of another', async () => {
    const found = await members();
    expect(new Set(found.map(({ service }) => service))).toEqual(new Set(SERVICES));
    for (const { group, service } of found)
      expect(SERVICES.filter((one) => acls[one].groups.some((prefix) => group.startsWith(prefix)))).toEqual([service]);
  });

  it.each(topicConfigs.map(({ topic }) => topic))(
    'lets those write to %s whose records are believed there',
    (topic) => {
      const may = SERVICES.filter((service) => acls[service].write.includes(topic));
      expect([...may].sort()).toEqual([...writersOf(topic)].sort());
      expect(acls.agents.write.includes(topic)).toBe(topic === TOPICS.submissions);
      // What is sent again keeps its writer's signature.
      expect(acls.telemetry.replay?.includes(topic)).toBe(topic !== TOPICS.deadLetters);
    },
  );

  it('names only topics that there are, and a principal of its own each', () => {
    const topics = topicConfigs.map(({ topic }) => topic);
    const named = Object.values(acls).flatMap(({ read, write, replay = [] }) => [...read, ...write, ...replay]);
    expect([...new Set(named)].filter((topic) => !topics.includes(topic))).toEqual([]);
    expect(new Set(Object.values(acls).map(({ principal }) => principal)).size).toBe(Object.keys(acls).length);
  });
});
