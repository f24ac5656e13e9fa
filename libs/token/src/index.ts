export { ACTION_DETAIL, DEFAULT_AUDIENCE, TOKEN_ALGORITHM, TOKEN_LIFE_MS, TOKEN_TYPE } from './claims.js';
export type { ActionDetail, TokenClaims } from './claims.js';
export { checkToken } from './door.js';
export { mintToken } from './mint.js';
export type { MintedToken, TokenGrant } from './mint.js';
export { openSigningKeys, rotateSigningKeys } from './signing-key-file.js';
export { KEEP_REPLACED_MS } from './signing-keys.js';
export type { PublicKeySet, SigningKeys, StoredKey } from './signing-keys.js';
