import { loadIssuers } from './oidc.config.js';

const load = (entry: object) => () => loadIssuers({ OIDC_ISSUERS: JSON.stringify([entry]) });
const entry = { issuer: 'https://id.example.test', jwks_uri: 'https://id.example.test/jwks', audience: 'countersign' };

describe('identity providers', () => {
  it.each<[string, object, RegExp]>([
    ['without an audience', { ...entry, audience: '' }, /needs issuer, jwks_uri and audience/],
    ['with a symmetric algorithm', { ...entry, algorithms: ['HS256'] }, /not an asymmetric one/],
    ['with the service’s own name', { ...entry, issuer: 'countersign' }, /cannot be `countersign`/],
  ])('are refused %s', (_, given, message) => {
    expect(load(entry)).not.toThrow();
    expect(load(given)).toThrow(message);
  });
});
