import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RedactionKeys } from '@countersign/canonical';
import { readSecret } from './secret-file.js';

const FILE = 'redaction.json';

/** @param otherwise the keys where there is no such file; without it that is an error. @throws Error naming the file, or the tenant whose key is missing or too short (never its content) */
export function readRedactionKeys(secretsDir: string, otherwise?: RedactionKeys): RedactionKeys {
  if (otherwise && !existsSync(join(secretsDir, FILE))) return otherwise;
  const keys = JSON.parse(readSecret(secretsDir, FILE)) as RedactionKeys;
  for (const [tenant, { key_id, key }] of Object.entries(keys)) {
    // 32 bytes: the length of a SHA-256 output, below which HMAC loses strength (RFC 2104, section 3).
    if (!key_id || !/^[0-9a-f]{64,}$/.test(key))
      throw new Error(`redaction.json has no key id or 32-byte hex key for ${tenant}`);
  }
  return keys;
}
