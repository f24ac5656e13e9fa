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
import type { EndableSession, EndedSessions } from './ended-sessions.js';
import type { Sealed } from './sealed.js';

export interface SignInOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly reviewers: ReviewerAuth;
  readonly sealed: Sealed;
  readonly ended: EndedSessions;
}

/** A person who is signed in, and the value that every form of theirs repeats. */
export interface Session {
  readonly reviewer: Reviewer;
  readonly csrf: string;
  readonly end: EndableSession;
  /** The access token that stands behind it. */
  readonly access_token: string;
}

/** A cookie's new content and how long the browser keeps it. */
export interface Sealing {
  readonly cookie: string;
  readonly lifeSeconds: number;
}

export const CALLBACK_PATH = '/page/callback';
const SIGN_IN_SECONDS = 600;
/** However busy somebody is, they sign in again after so long. */
const LONGEST_SESSION_SECONDS = 8 * 3600;
/** A browser that nobody uses for so long is signed out. */
const IDLE_SECONDS = 1800;

/** Sign-in by OpenID Connect: authorization code with PKCE; what must be remembered meanwhile is sealed in a cookie. */
export class SignIn {
  private discovered: Promise<Configuration> | null = null;

  constructor(private readonly options: SignInOptions) {}

  /**
   * @param pageUrl address of this page as the browser sees it, without a trailing slash
   * @param goal path of this page to go to afterwards, made here and never taken from an address
   */
  async begin(pageUrl: string, goal: string): Promise<Sealing & { url: string }> {
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
  async finish(search: string, cookie: string | undefined): Promise<Sealing & { goal: string }> {
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
    const { access_token } = tokens;
    const { tenant, subject } = await this.options.reviewers.verify(access_token);
    const expires_at = Date.now() + lifeSeconds * 1_000;
    const end = { id: randomState(), tenant, subject, expires_at };
    return { ...(await this.seal({ access_token, csrf: randomState(), end })), goal };
  }

  /** The same session for another while, as its person is here. */
  renew({ access_token, csrf, end }: Session): Promise<Sealing> {
    return this.seal({ access_token, csrf, end });
  }

  /**
   * The session of a cookie; null when there is none, it was ended, or its token is not valid any more.
   * @throws CountersignError `overloaded` while ends of sessions cannot be known
   */
  async session(cookie: string | undefined): Promise<Session | null> {
    const content = await this.options.sealed.open('session', cookie);
    if (content === null) return null;
    const { access_token, csrf, sid, expires_at } = content as Record<string, string> & { expires_at?: number };
    if (access_token === undefined || csrf === undefined || sid === undefined) return null;
    if (await this.options.ended.has(sid)) return null;
    try {
      const reviewer = await this.options.reviewers.verify(access_token);
      const { tenant, subject } = reviewer;
      return { reviewer, csrf, access_token, end: { id: sid, tenant, subject, expires_at: expires_at ?? 0 } };
    } catch (error) {
      if (error instanceof CountersignError && error.code === 'unauthenticated') return null;
      throw error;
    }
  }

  /** As `session`, with every sign-out known that was answered before, wherever: for what changes something. */
  async freshSession(cookie: string | undefined): Promise<Session | null> {
    const session = await this.session(cookie);
    if (session === null) return null;
    await this.options.ended.catchUp();
    return (await this.options.ended.has(session.end.id)) ? null : session;
  }

  /** Resolves when no instance takes the session's cookie any more, whoever has a copy. */
  end({ end }: Session): Promise<void> {
    return this.options.ended.end(end);
  }

  private async seal({ access_token, csrf, end }: Omit<Session, 'reviewer'>): Promise<Sealing> {
    const { id: sid, expires_at } = end;
    const lifeSeconds = Math.max(1, Math.min(IDLE_SECONDS, Math.floor((expires_at - Date.now()) / 1_000)));
    const content = { access_token, csrf, sid, expires_at };
    return { cookie: await this.options.sealed.seal('session', content, lifeSeconds), lifeSeconds };
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
