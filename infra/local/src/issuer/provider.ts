import { Provider } from 'oidc-provider';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { RosterReviewer } from '../roster.js';
import type { People } from './people.js';
import type { IssuerConfig } from './issuer.config.js';
import { ALGORITHM } from './key.js';
import type { IssuerKey } from './key.js';
import { AUDIENCE, PAGE_CLIENT, RESOURCE, TOKEN_TTL_S } from './names.js';

/** Claims that name a person to Countersign. */
export const claimsOf = ({ tenant, roles, name }: RosterReviewer) => ({ tenant, roles: [...roles], name });

/** The roster's people have consented once and for all. */
async function grantEverything(ctx: KoaContextWithOIDC) {
  const { client, session, provider } = ctx.oidc;
  if (!client || !session?.accountId) return undefined;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid profile');
  grant.addResourceScope(RESOURCE, AUDIENCE);
  await grant.save();
  return grant;
}

const resourceServer = {
  scope: AUDIENCE,
  audience: AUDIENCE,
  accessTokenFormat: 'jwt' as const,
  accessTokenTTL: TOKEN_TTL_S,
  jwt: { sign: { alg: ALGORITHM as 'RS256' } },
};

function pageClient(config: IssuerConfig) {
  return {
    client_id: PAGE_CLIENT,
    token_endpoint_auth_method: 'none' as const,
    grant_types: ['authorization_code'],
    response_types: ['code' as const],
    redirect_uris: config.pageUrls.map((url) => `${url}/`),
  };
}

function configuration(config: IssuerConfig, key: IssuerKey, people: People): Configuration {
  return {
    clients: [pageClient(config)],
    jwks: { keys: [key.jwk] },
    cookies: { keys: [key.cookieKey] },
    claims: { openid: ['sub'], profile: ['name'] },
    pkce: { required: () => true },
    // A session just outlives its sign-in: the next one asks again who you are.
    ttl: { Session: 10, Grant: TOKEN_TTL_S, Interaction: 3600, IdToken: 3600, AccessToken: TOKEN_TTL_S },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => resourceServer,
      },
    },
    interactions: { url: (_ctx, interaction) => `/login/${interaction.uid}` },
    loadExistingGrant: grantEverything,
    findAccount: async (_ctx, id) => {
      const reviewer = await people.find(id);
      return reviewer && { accountId: id, claims: () => ({ sub: id, ...claimsOf(reviewer) }) };
    },
    extraTokenClaims: async (_ctx, token) => {
      const reviewer = 'accountId' in token ? await people.find(String(token.accountId)) : undefined;
      return reviewer && claimsOf(reviewer);
    },
  };
}

/** A standard OpenID provider whose accounts are the roster. */
export function createProvider(config: IssuerConfig, key: IssuerKey, people: People): Provider {
  const provider = new Provider(config.issuer, configuration(config, key, people));
  // Any address of our own pages will do: which path takes the code is the page's affair.
  provider.Client.prototype.redirectUriAllowed = (uri: string) =>
    config.pageUrls.some((url) => uri.startsWith(`${url}/`));
  return provider;
}
