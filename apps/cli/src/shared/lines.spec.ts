import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonValue } from '@countersign/canonical';
import { postForLines } from './lines.js';

async function answersOf(listener: RequestListener): Promise<JsonValue[]> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    const lines: JsonValue[] = [];
    for await (const line of postForLines(url, 'token', {})) lines.push(line);
    return lines;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('an answer in lines', () => {
  it('is read whatever the chunks are', async () => {
    const lines = await answersOf((_request, response) => {
      response.write('{"a":"€');
      setTimeout(() => response.end('"}\n{"b":2}\n[3]'), 20);
    });
    expect(lines).toEqual([{ a: '€' }, { b: 2 }, [3]]);
  });

  it('is a fault when the service refuses, with the code of its problem', async () => {
    const problem = { type: 'urn:countersign:problem:not_found', title: 'Not found', status: 404 };
    const refused = answersOf((_request, response) => response.writeHead(404).end(JSON.stringify(problem)));
    await expect(refused).rejects.toMatchObject({ code: 'not_found' });
    await expect(answersOf((_request, response) => response.writeHead(502).end('no'))).rejects.toMatchObject({
      code: 'bad_answer',
    });
  });

  it('is a fault when the connection is lost on the way', async () => {
    const lost = answersOf((_request, response) => {
      response.write('{"a":1}\n');
      setTimeout(() => response.destroy(), 20);
    });
    await expect(lost).rejects.toMatchObject({ code: 'unreachable' });
  });
});
