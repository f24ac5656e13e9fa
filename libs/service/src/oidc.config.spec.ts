import { loadIssuers } from './oidc.config.js';

const load = (entry: object) => () => loadIssuers({ OIDC_ISSUERS: JSON.stringify([entry]) });
const entry = { issuer: 'https://id.example.test', jwks_uri: 'https://id.example.test/jwks', audience: 'countersign' };

describe('identity providers', () => {
  it.each<[string, object, RegExp]>([
    ['without an audience', { ...entry, audience: '' }, /needs issuer, jwks_uri and audience/],
    ['with a symmetric algorithm', { ...entry, algorithms: ['HS256'] }, /not an asymmetric one/],
    ['with the service’s own name', { ...entry, issuer: 'countersign' }, /cannot be `countersign`/],
    ['with tenants that are no list', { ...entry, tenants: 'acme' }, /name its `tenants`/],
    ['with no tenant', { ...entry, tenants: [] }, /name its `tenants`/],
  ])('are refused %s', (_, given, message) => {
    expect(load(entry)).not.toThrow();
    expect(load(given)).toThrow(message);
  });

  it('name the tenants that each may speak for, once there are two', () => {
    const other = { ...entry, issuer: 'https://other.example.test' };
    const both =
      (...entries: object[]) =>
      () =>
        loadIssuers({ OIDC_ISSUERS: JSON.stringify(entries) });
    expect(both({ ...entry, tenants: ['acme'] }, other)).toThrow(/other.example.test: name its `tenants`/);
    expect(both({ ...entry, tenants: ['acme'] }, { ...other, tenants: ['globex'] })()).toMatchObject([
      { tenants: ['acme'] },
      { tenants: ['globex'] },
    ]);
    expect(both(entry)()[0]).not.toHaveProperty('tenants');
  });
});
