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

async function* chunksOf(body: AsyncIterable<Uint8Array>, url: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw unreachable(url, cause);
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

const unreachable = (url: string, cause: unknown): SdkError =>
  new SdkError('unreachable', `No answer from ${url}.`, { cause });

/**
 * The lines of a long answer as they come. Ending the loop early hangs up.
 * @param bearer never logged
 * @throws SdkError with the problem's code, or `unreachable` when the connection is lost
 */
export async function* postForLines(url: string, bearer: string, body: JsonValue): AsyncGenerator<JsonValue> {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(url, request).catch((cause: unknown) => {
    throw unreachable(url, cause);
  });
  if (!response.ok) throw await refusal(response);
  if (response.body === null) return;
  for await (const line of linesOf(chunksOf(response.body, url))) yield parseJson(line, { maxDepth: MAX_DEPTH });
}
