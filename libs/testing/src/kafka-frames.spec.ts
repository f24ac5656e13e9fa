import { apiOf, FrameCutter, redirect, requestCorrelation } from './kafka-frames.js';

const frame = (body: Buffer): Buffer => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
};

it('finds frames however the stream is cut', () => {
  const frames = [frame(Buffer.from('first')), frame(Buffer.alloc(0)), frame(Buffer.from('third'))];
  const stream = Buffer.concat(frames);
  for (const step of [1, 3, 7, stream.length]) {
    const cutter = new FrameCutter();
    const found: Buffer[] = [];
    for (let at = 0; at < stream.length; at += step) found.push(...cutter.push(stream.subarray(at, at + step)));
    expect(found).toEqual(frames);
  }
});

it('reads what a request asks for', () => {
  const request = frame(Buffer.from([0, 26, 0, 1, 0, 0, 1, 0]));
  expect(apiOf(request)).toBe('EndTxn');
  expect(requestCorrelation(request)).toBe(256);
  expect(apiOf(frame(Buffer.from([0, 99, 0, 1, 0, 0, 1, 0])))).toBeNull();
});

it('sends clients to the proxy, and only those that would go to the broker', () => {
  const address = (port: number): Buffer => {
    const bytes = Buffer.alloc(15);
    bytes.writeInt16BE(9);
    bytes.write('127.0.0.1', 2);
    bytes.writeInt32BE(port, 11);
    return bytes;
  };
  const response = Buffer.concat([address(9092), Buffer.from('x'), address(9093), address(9092)]);
  redirect(response, '127.0.0.1', 9092, 7000);
  expect(response).toEqual(Buffer.concat([address(7000), Buffer.from('x'), address(9093), address(7000)]));
});
