import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  None,
} from 'openid-client';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import type { Configuration } from 'openid-client';
import { CountersignError } from '@countersign/canonical';
import type { Reviewer, ReviewerAuth } from '@countersign/service';
import type { Sealed } from './sealed.js';

export interface SignInOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly reviewers: ReviewerAuth;
  readonly sealed: Sealed;
}

/** A person who is signed in, and the value that every form of theirs repeats. */
export interface Session {
  readonly reviewer: Reviewer;
  readonly csrf: string;
}

export const CALLBACK_PATH = '/page/callback';
const SIGN_IN_SECONDS = 600;
const LONGEST_SESSION_SECONDS = 8 * 3600;

/** Sign-in by OpenID Connect: authorization code with PKCE; what must be remembered meanwhile is sealed in a cookie. */
export class SignIn {
  private discovered: Promise<Configuration> | null = null;

  constructor(private readonly options: SignInOptions) {}

  /**
   * @param pageUrl address of this page as the browser sees it, without a trailing slash
   * @param goal path of this page to go to afterwards, made here and never taken from an address
   */
  async begin(pageUrl: string, goal: string): Promise<{ url: string; cookie: string; lifeSeconds: number }> {
    const [verifier, state, nonce] = [randomPKCECodeVerifier(), randomState(), randomNonce()];
    const url = buildAuthorizationUrl(await this.provider(), {
      ...{ redirect_uri: pageUrl + CALLBACK_PATH, scope: 'openid profile', state, nonce },
      ...{ code_challenge: await calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    });
    const cookie = await this.options.sealed.seal(
      'sign-in',
      { verifier, state, nonce, pageUrl, goal },
      SIGN_IN_SECONDS,
    );
    return { url: url.href, cookie, lifeSeconds: SIGN_IN_SECONDS };
  }

  /**
   * @param search query of the callback, with its question mark
   * @throws CountersignError `unauthenticated` when the sign-in was not begun here or the provider refuses
   */
  async finish(
    search: string,
    cookie: string | undefined,
  ): Promise<{ cookie: string; lifeSeconds: number; goal: string }> {
    const begun = await this.options.sealed.open('sign-in', cookie);
    if (begun === null) throw refused();
    const { verifier, state, nonce, pageUrl, goal = '/' } = begun as Record<string, string>;
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce } as const;
    const tokens = await authorizationCodeGrant(
      await this.provider(),
      new URL(pageUrl + CALLBACK_PATH + search),
      checks as never,
    ).catch((cause: unknown) => Promise.reject(refused(cause)));
    const lifeSeconds = Math.min(tokens.expires_in ?? 3600, LONGEST_SESSION_SECONDS);
    await this.options.reviewers.verify(tokens.access_token);
    const session = { access_token: tokens.access_token, csrf: randomState() };
    return { cookie: await this.options.sealed.seal('session', session, lifeSeconds), lifeSeconds, goal };
  }

  /** The session of a cookie; null when there is none or its token is not valid any more. */
  async session(cookie: string | undefined): Promise<Session | null> {
    const content = await this.options.sealed.open('session', cookie);
    if (content === null) return null;
    const { access_token, csrf } = content as Record<string, string>;
    if (access_token === undefined || csrf === undefined) return null;
    try {
      return { reviewer: await this.options.reviewers.verify(access_token), csrf };
    } catch (error) {
      if (error instanceof CountersignError && error.code === 'unauthenticated') return null;
      throw error;
    }
  }

  /** Asked for at the first sign-in, and again after a failure. */
  private provider(): Promise<Configuration> {
    const { issuer, clientId } = this.options;
    const execute = issuer.startsWith('http://') ? [allowInsecureRequests] : [];
    const asked = (this.discovered ??= discovery(new URL(issuer), clientId, undefined, None(), { execute }));
    return asked.catch((cause: unknown) => {
      this.discovered = null;
      throw new CountersignError('overloaded', 'the identity provider does not answer', { retry_after: 2 }, { cause });
    });
  }
}

const refused = (cause?: unknown): CountersignError =>
  new CountersignError('unauthenticated', 'the sign-in was not completed; begin again', {}, { cause });
