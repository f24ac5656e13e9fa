import { CountersignError } from '@countersign/canonical';
import { bearerToken } from './bearer.js';
import type { OidcIssuer } from './oidc.config.js';
import type { RateLimit } from './rate-limit.js';
import { ReviewerAuth } from './reviewer-auth.js';
import type { Reviewer } from './reviewer-auth.js';

/** What a service knows of the roster. */
export interface RosterSource {
  /** Resolves when every change that anybody was answered before the call is known. */
  settled(): Promise<void>;
  /** Resolves when what is known is less than a second old. */
  fresh(): Promise<void>;
  /** The roles that count for somebody now; null for who was taken off. */
  rolesOf(reviewer: Reviewer): readonly string[] | null;
}

/** Authentication of people on the roster: an access token says who somebody is, not what they still may. */
export class RosteredAuth extends ReviewerAuth {
  constructor(
    issuers: readonly OidcIssuer[],
    private readonly roster: RosterSource,
    limit: RateLimit | null = null,
  ) {
    super(issuers, limit);
  }

  /**
   * The person with the roles that count now: a change that anybody was answered before this call is obeyed.
   * @throws CountersignError as `ReviewerAuth`, `forbidden` for who was taken off, `overloaded` when the roster cannot be read
   */
  override async verify(token: string): Promise<Reviewer> {
    const reviewer = await super.verify(token);
    await this.roster.settled();
    return this.withRoles(reviewer);
  }

  /** As `authenticate`, for calls that only read: by a roster that is less than a second old. */
  override async authenticateReader(authorization: string | undefined): Promise<Reviewer> {
    const reviewer = await super.verify(bearerToken(authorization));
    await this.roster.fresh();
    return this.withRoles(reviewer);
  }

  private withRoles(reviewer: Reviewer): Reviewer {
    const roles = this.roster.rolesOf(reviewer);
    if (roles !== null) return { ...reviewer, roles };
    throw new CountersignError('forbidden', 'this person was taken off the roster; ask an administrator', {
      reason: 'removed',
    });
  }
}
