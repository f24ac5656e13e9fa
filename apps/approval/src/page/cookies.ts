import { parseCookie, stringifySetCookie } from 'cookie';

/** Named without a port: cookies know hosts only, so all instances of one host share them. */
export const SESSION_COOKIE = 'countersign_session';
export const SIGN_IN_COOKIE = 'countersign_sign_in';

/** Over https the prefix keeps neighbours in the domain, and plain http, from setting one of ours (RFC 6265bis, 4.1.3). */
const nameOf = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name);

/** @param secure as in `NewCookie` */
export const cookieOf = (header: string | undefined, name: string, secure: boolean): string | undefined =>
  parseCookie(header ?? '')[nameOf(name, secure)];

export interface NewCookie {
  readonly name: string;
  /** Empty to delete it. */
  readonly value: string;
  readonly lifeSeconds: number;
  /** True when the page is served over https. */
  readonly secure: boolean;
}

/** Out of reach of scripts, and sent along only when a person comes to us, not when another site posts. */
export const setCookie = ({ name, value, lifeSeconds, secure }: NewCookie): string =>
  stringifySetCookie({
    name: nameOf(name, secure),
    value,
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure,
    maxAge: value === '' ? 0 : lifeSeconds,
  });
