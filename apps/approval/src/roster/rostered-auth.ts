import { rolesBy } from '@countersign/approval';
import { bearerToken, ReviewerAuth } from '@countersign/service';
import type { OidcIssuer, RateLimit, Reviewer } from '@countersign/service';
import type { RosterLog } from './roster-log.js';

/** Authentication of people whose roles the roster may set: an access token says who somebody is, not what they still may. */
export class RosteredAuth extends ReviewerAuth {
  constructor(
    issuers: readonly OidcIssuer[],
    private readonly log: RosterLog,
    limit: RateLimit | null = null,
  ) {
    super(issuers, limit);
  }

  /**
   * The person with the roles that count now: a change that anybody was answered before this call is obeyed.
   * @throws CountersignError as `ReviewerAuth`, `overloaded` when the roster cannot be read
   */
  override async verify(token: string): Promise<Reviewer> {
    const reviewer = await super.verify(token);
    await this.log.settled();
    return this.withRoles(reviewer);
  }

  /** As `authenticate`, by what this instance has read of the roster: for calls that only read, some milliseconds behind. */
  override async authenticateReader(authorization: string | undefined): Promise<Reviewer> {
    return this.withRoles(await super.verify(bearerToken(authorization)));
  }

  private withRoles(reviewer: Reviewer): Reviewer {
    return { ...reviewer, roles: rolesBy(this.log.roster, reviewer) };
  }
}
