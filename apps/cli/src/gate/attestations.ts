import { wrongUse } from '../shared/command-error.js';

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * The attestations of a file: one compact JWS, or a JSON list of them. Whether they count is for the system to say.
 * @throws CommandError (exit code 2), never with the text
 */
export function readAttestations(text: string, file: string): string[] {
  const found = text.trimStart().startsWith('[') ? listOf(text) : [text.trim()];
  if (found.length === 0 || !found.every((one) => typeof one === 'string' && TOKEN.test(one)))
    throw wrongUse(`${file} is neither an attestation (a compact JWS) nor a JSON list of some.`);
  return found as string[];
}

function listOf(text: string): unknown[] {
  try {
    return JSON.parse(text) as unknown[];
  } catch {
    return [];
  }
}
