import { request } from 'node:http';
import { connect } from 'node:net';

/** An answer later than this is one of the campaign's findings, milliseconds. */
export const PATIENCE_MS = 30_000;

/**
 * Sends one request by a plain client that lets wrong things through.
 * @returns {Promise<{status: number | null, ms: number, fault: string | null, location: string | null}>} null where
 * nothing was answered, or nothing is to be looked for
 */
export function fire({ url, method, path, headers, body }) {
  const started = performance.now();
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const end = (status, fault, location = null) =>
      resolve({ status, ms: performance.now() - started, fault, location });
    let outgoing;
    try {
      outgoing = request({ hostname, port, method, path, headers, agent: false }, (response) => {
        // A stream of events goes on until one of both ends it.
        if (response.headers['content-type']?.startsWith('text/event-stream'))
          return response.once('data', () => outgoing.destroy()).once('close', () => end(response.statusCode, null));
        response.resume();
        response.on('end', () => end(response.statusCode, null, response.headers.location));
        response.on('error', (error) => end(response.statusCode, error.code ?? error.message));
      });
    } catch (error) {
      // What this client itself refuses to send never arrived.
      return end(0, error.code ?? error.message);
    }
    outgoing.setTimeout(PATIENCE_MS, () => outgoing.destroy(new Error('patience')));
    outgoing.on('error', (error) => end(null, error.code ?? error.message));
    if (body !== null) outgoing.write(body);
    outgoing.end();
  });
}

/** Connections that send their head one byte at a time, or a body that never comes. @returns {() => void} ends them */
export function crawl(url, count) {
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: count }, (_, i) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => undefined);
    const head = 'POST /v1/actions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n';
    socket.write(i % 2 === 0 ? head.slice(0, 20) : `${head}\r\n{`);
    const timer = setInterval(() => socket.writable && socket.write(i % 2 === 0 ? 'x' : ' '), 1_000);
    socket.on('close', () => clearInterval(timer));
    return socket;
  });
  return () => sockets.forEach((socket) => socket.destroy());
}

/** Many reads that wait, of one credential. */
export const waitAll = (url, path, credential, count) =>
  Promise.all(
    Array.from({ length: count }, () =>
      fire({ url, method: 'GET', path, headers: { authorization: `Bearer ${credential}` }, body: null }),
    ),
  );
