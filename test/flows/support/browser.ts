/** What one answer was, as far as tests look at it. */
export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

type Sent = Readonly<Record<string, string>>;

/** A browser as far as cookies, redirects and forms go; its cookies can be copied, as a thief would. */
export class Browser {
  readonly cookies = new Map<string, string>();

  constructor(private readonly base: string) {}

  get(path: string, headers: Sent = {}): Promise<Seen> {
    return this.send(new URL(path, this.base), { headers });
  }

  /** Sends a form as a page of `from` would; null headers of the browser are left out. Default: our own page. */
  post(path: string, form: Sent, from: Sent = { origin: this.base, 'sec-fetch-site': 'same-origin' }): Promise<Seen> {
    return this.send(new URL(path, this.base), {
      ...{ method: 'POST', body: new URLSearchParams(form).toString() },
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...from },
    });
  }

  /** Signs in at the development identity provider, through every redirect. */
  async signIn(subject: string): Promise<Seen> {
    const login = await this.follow(await this.get('/page/sign-in'));
    // The provider may still know who this is.
    if (login.at.startsWith(this.base)) return login.seen;
    const form = new URLSearchParams({ subject });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const posted = await this.send(new URL(login.at), { method: 'POST', headers, body: form.toString() });
    return (await this.follow(posted, login.at)).seen;
  }

  /** A second browser with the same cookies. */
  copy(base = this.base): Browser {
    const copy = new Browser(base);
    for (const [name, value] of this.cookies) copy.cookies.set(name, value);
    return copy;
  }

  async follow(seen: Seen, from = this.base): Promise<{ seen: Seen; at: string }> {
    let [at, last] = [from, seen];
    for (let hops = 0; hops < 10 && last.status >= 300 && last.status < 400; hops++) {
      at = new URL(last.headers.get('location') ?? '', at).href;
      last = await this.send(new URL(at), {});
    }
    return { seen: last, at };
  }

  private async send(url: URL, { headers, ...init }: RequestInit & { headers?: Sent }): Promise<Seen> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = { ...headers, ...(cookie === '' ? {} : { cookie }) };
    const response = await fetch(url, { ...init, headers: sent, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.keep(line);
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  private keep(line: string): void {
    const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
    if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** The value of a hidden field. */
export const fieldOf = ({ text }: Seen, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? '';
