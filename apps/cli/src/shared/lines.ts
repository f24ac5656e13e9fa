import { parseJson, type JsonValue } from '@countersign/canonical';
import { errorOf, SdkError } from '@countersign/sdk';

const MAX_DEPTH = 64;

async function refusal(response: Response): Promise<SdkError> {
  const text = await response.text();
  try {
    return errorOf(response.status, parseJson(text, { maxDepth: MAX_DEPTH }));
  } catch {
    return errorOf(response.status, null);
  }
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/**
 * The lines of a long answer as they come. Ending the loop early hangs up.
 * @param bearer never logged
 * @throws SdkError with the problem's code, or `unreachable` when the connection is lost
 */
export async function* postForLines(url: string, bearer: string, body: JsonValue): AsyncGenerator<JsonValue> {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const unreachable = (cause: unknown): never => {
    throw new SdkError('unreachable', `No answer from ${url}.`, { cause });
  };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }).catch(unreachable);
  if (!response.ok) throw await refusal(response);
  if (response.body === null) return;
  try {
    for await (const line of linesOf(response.body)) yield parseJson(line, { maxDepth: MAX_DEPTH });
  } catch (cause) {
    if (cause instanceof TypeError) unreachable(cause);
    throw cause;
  }
}
