import { linksTo, requestOf } from '@countersign/approval';
import type { ActionState, LinksTo, PartitionState } from '@countersign/approval';
import type { ActionProposed } from '@countersign/events';
import type { Hints } from './hints.js';
import type { Judge } from './judge.js';
import { requestedOf, requestsOf } from './requested.js';
import type { Requested } from './requested.js';

/** What this instance has folded, as the routes read it. Another tenant's things are not there. */
export class View {
  constructor(
    private readonly judge: Judge,
    private readonly hints: Hints,
  ) {}

  action(tenant: string, actionId: string): ActionState | null {
    return this.find(tenant, ({ actions }) => actions.get(actionId));
  }

  request(tenant: string, requestId: string): Requested | null {
    const action = this.find(tenant, ({ requests }) => requests.get(requestId));
    const request = action === null ? null : requestOf(action, requestId);
    return action === null || request === null ? null : requestedOf(action, request);
  }

  grant(tenant: string, grantId: string): ActionState | null {
    return this.find(tenant, ({ grants }) => grants.get(grantId));
  }

  /** An action that is proposed and not decided. */
  deciding(tenant: string, actionId: string): ActionProposed | null {
    return this.hints.find(tenant, actionId);
  }

  decidingOf(tenant: string): ActionProposed[] {
    return this.hints
      .all()
      .filter((action) => action.tenant === tenant && this.action(tenant, action.action_id) === null);
  }

  /** All remembered actions of a tenant that satisfy the test, in no order. */
  actions(tenant: string, test: (action: ActionState) => boolean): ActionState[] {
    return this.collect(({ actions }) => actions.values(), tenant, test);
  }

  /** All remembered requests of a tenant that satisfy the test, in no order. */
  requests(tenant: string, test: (requested: Requested) => boolean): Requested[] {
    return this.actions(tenant, () => true)
      .flatMap(requestsOf)
      .filter(test);
  }

  /** All pending requests of a tenant that satisfy the test, in no order. */
  pending(tenant: string, test: (requested: Requested) => boolean): Requested[] {
    const actions = this.collect(
      ({ pending }) => new Set(pending.values()),
      tenant,
      () => true,
    );
    return actions.flatMap(requestsOf).filter((one) => one.request.status === 'pending' && test(one));
  }

  freezes(tenant: string) {
    const found = this.judge.partitions.flatMap(({ freezes }) => [...freezes.values()]);
    const own = found.filter((freeze) => freeze.tenant === tenant);
    return [...new Map(own.map((freeze) => [freeze.freeze_id, freeze])).values()];
  }

  /** Which actions replace this one or take it back, as far as this instance remembers. */
  linksTo(action: ActionState): LinksTo {
    return linksTo(this.judge.partitions, action);
  }

  private find(tenant: string, look: (state: PartitionState) => ActionState | undefined): ActionState | null {
    for (const state of this.judge.partitions) {
      const found = look(state);
      if (found !== undefined) return found.decided.tenant === tenant ? found : null;
    }
    return null;
  }

  private collect(
    from: (state: PartitionState) => Iterable<ActionState>,
    tenant: string,
    test: (action: ActionState) => boolean,
  ): ActionState[] {
    const found: ActionState[] = [];
    for (const state of this.judge.partitions) {
      for (const action of from(state)) if (action.decided.tenant === tenant && test(action)) found.push(action);
    }
    return found;
  }
}
