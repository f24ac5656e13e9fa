import { parseSetCookie, stringifyCookie } from 'cookie';

export interface Shown {
  readonly url: string;
  readonly status: number;
  readonly text: string;
  /** The content security policy. */
  readonly policy: string;
  /** Hidden fields of the page's last form. */
  readonly hidden: Record<string, string>;
}

/** Follows redirects and keeps cookies, as a browser does; runs no scripts. */
export class Browser {
  private readonly cookies: Record<string, string> = {};

  get(url: string): Promise<Shown> {
    return this.go(url, {});
  }

  post(url: string, fields: Record<string, string>): Promise<Shown> {
    return this.go(url, { method: 'POST', body: new URLSearchParams(fields) }, { origin: new URL(url).origin });
  }

  /** @param from what a browser says of the page that a form was on */
  private async go(url: string, init: RequestInit, from: Record<string, string> = {}): Promise<Shown> {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...from, cookie: stringifyCookie(this.cookies) },
    });
    for (const line of response.headers.getSetCookie()) this.keep(line);
    const location = response.headers.get('location');
    if (location !== null) return this.go(new URL(location, url).href, {});
    const text = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    return { url, status: response.status, text, policy, hidden: hiddenFields(text) };
  }

  private keep(line: string): void {
    const { name, value, maxAge, expires } = parseSetCookie(line);
    const isGone = maxAge === 0 || (expires !== undefined && expires.getTime() < Date.now());
    if (isGone || value === undefined || value === '') delete this.cookies[name];
    else this.cookies[name] = value;
  }
}

const hiddenFields = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
