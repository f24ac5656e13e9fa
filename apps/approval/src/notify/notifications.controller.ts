import { randomUUID } from 'node:crypto';
import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { CountersignError } from '@countersign/canonical';
import { recordKey } from '@countersign/events';
import { TEST_HINT, testMessage } from '@countersign/notify';
import type { DeliveryEvent, Endpoint } from '@countersign/notify';
import { Access, OptionalKey, Person, role } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import { z } from 'zod';
import { pageOf } from '../http/paging.js';
import { validate } from '../http/validate.js';
import { NOTIFY } from '../tokens.js';
import { deliveryDocument, endpointDocument } from './documents.js';
import { contentOf, contentOfHint, queued } from './notifications.js';
import type { Content } from './notifications.js';
import type { NotifyParts } from './notify-parts.js';

const DeliveriesQuery = z.strictObject({
  status: z.enum(['pending', 'delivered', 'failed']).optional(),
  endpoint_id: z.string().max(100).optional(),
  request_id: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1_000).optional(),
});

/** Where messages go and what became of them, for admins of the tenant. What they do is on the topic with their name. */
@Controller('v1/notifications')
@Access(role('admin'))
export class NotificationsController {
  constructor(@Inject(NOTIFY) private readonly parts: NotifyParts) {}

  @Get('endpoints')
  endpoints(@Person() { tenant }: Reviewer): unknown {
    const { settings, callbacks } = this.parts;
    const own = [...(settings.get()?.endpoints ?? []), ...callbacks.all()].filter((one) => one.tenant === tenant);
    return { items: own.map((endpoint) => endpointDocument(endpoint, this.parts.notifications.deliveries)) };
  }

  /** Newest first. Finished ones are shown for a week. */
  @Get('deliveries')
  deliveries(@Person() { tenant }: Reviewer, @Query() query: unknown): unknown {
    const { status, endpoint_id, request_id, ...page } = validate(DeliveriesQuery, query);
    const wanted = { tenant, status, endpoint_id, request_id };
    const rows = [...this.parts.notifications.deliveries.all.values()]
      .filter((one) => Object.entries(wanted).every(([name, value]) => !value || one[name as 'tenant'] === value))
      .map((one) => ({ order: [-one.queued_at, one.delivery_id] as const, one }));
    const { items, next_cursor } = pageOf(rows, page);
    return { items: items.map(({ one }) => deliveryDocument(one)), next_cursor };
  }

  /** Sends the same message again under the same message id, as a delivery of its own. */
  @Post('deliveries/:delivery_id/replay')
  @HttpCode(202)
  async replay(
    @Person() admin: Reviewer,
    @OptionalKey() key: string | undefined,
    @Param('delivery_id') id: string,
  ): Promise<unknown> {
    const former = this.parts.notifications.deliveries.all.get(id);
    if (former === undefined || former.tenant !== admin.tenant)
      throw new CountersignError('not_found', 'there is no such delivery, or it was finished more than a week ago');
    const turn = `${id}|${key ?? randomUUID()}`;
    const asked = { ...whoOf(admin), replay_of: id };
    return this.tell(queued(former, former.message_id, former, { nowMs: Date.now(), asked, turn }));
  }

  @Post('endpoints/:endpoint_id/test')
  @HttpCode(202)
  test(@Person() admin: Reviewer, @Param('endpoint_id') id: string): Promise<unknown> {
    const endpoint = this.find(admin.tenant, id);
    const nowMs = Date.now();
    const asked = { ...whoOf(admin), replay_of: null };
    return this.tell(queued(endpoint, randomUUID(), this.testOf(endpoint, nowMs), { nowMs, asked }));
  }

  @Post('endpoints/:endpoint_id/enable')
  @HttpCode(200)
  enable(@Person() admin: Reviewer, @Param('endpoint_id') id: string): Promise<unknown> {
    return this.switch(admin, id, true);
  }

  /** What is due waits until the endpoint is enabled. */
  @Post('endpoints/:endpoint_id/disable')
  @HttpCode(200)
  disable(@Person() admin: Reviewer, @Param('endpoint_id') id: string): Promise<unknown> {
    return this.switch(admin, id, false);
  }

  private async switch(admin: Reviewer, id: string, enabled: boolean): Promise<unknown> {
    const endpoint = this.find(admin.tenant, id);
    const { tenant, endpoint_id } = endpoint;
    const event = { tenant, endpoint_id, enabled, reason: 'admin', ...whoOf(admin), changed_at: Date.now() };
    await this.tell({ name: 'EndpointStateChanged', event });
    return endpointDocument(endpoint, this.parts.notifications.deliveries);
  }

  private async tell(fact: DeliveryEvent): Promise<unknown> {
    await this.parts.notifications.append([fact]);
    await this.parts.notifications.catchUp();
    if (fact.name !== 'NotificationQueued') return null;
    const delivery = this.parts.notifications.deliveries.all.get(fact.event.delivery_id);
    return delivery === undefined ? { delivery_id: fact.event.delivery_id } : deliveryDocument(delivery);
  }

  private testOf({ kind, tenant }: Endpoint, nowMs: number): Content {
    if (kind === 'callback') return contentOfHint(TEST_HINT, null);
    return contentOf(testMessage(tenant, this.parts.pageUrl, nowMs));
  }

  private find(tenant: string, id: string): Endpoint {
    const key = recordKey(tenant, id);
    const endpoint = this.parts.settings.find(key) ?? this.parts.callbacks.find(key);
    if (endpoint !== null) return endpoint;
    throw new CountersignError(
      'not_found',
      'there is no such endpoint of your tenant, in notifications.json or as the callback of an agent',
    );
  }
}

const whoOf = ({ issuer, subject }: Reviewer) => ({ issuer, subject });
