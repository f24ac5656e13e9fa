import { refuseCrossSite } from './same-site.js';

const ours = ['https://approvals.example.com'];
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const cookie = { cookie: 'countersign_session=x' };
const judge =
  (headers: Record<string, string>, method = 'POST') =>
  () =>
    refuseCrossSite({ method, headers }, ours);

describe('requests that change something', () => {
  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sister site', { 'sec-fetch-site': 'same-site', origin: 'https://approvals.example.com' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['an origin that looks like ours', { origin: 'https://approvals.example.com.evil.example' }],
    ['ours over plain http', { origin: 'http://approvals.example.com' }],
    ['a hidden origin', { origin: 'null' }],
    ['a hidden origin that claims to be ours', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
    ['a cookie that does not say where from', cookie],
    ['a form that does not say where from', form],
    ['a text form that does not say where from', { 'content-type': 'text/plain; charset=utf-8' }],
    ['another site with a bearer', { 'sec-fetch-site': 'cross-site', authorization: 'Bearer x' }],
  ])('are refused from %s', (_what, headers) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect(judge({ ...form, ...cookie, ...headers }, method)).toThrow(/refused/);
    expect(judge(headers)).toThrow(/refused/);
  });

  it.each([
    ['our own page', { ...form, ...cookie, 'sec-fetch-site': 'same-origin', origin: 'https://approvals.example.com' }],
    ['our own page in an older browser', { ...form, ...cookie, origin: 'https://approvals.example.com' }],
    ['a program', { 'content-type': 'application/json', authorization: 'Bearer x' }],
    ['a program without a body', { authorization: 'Bearer x' }],
    ['a service that hands on a text file', { 'content-type': 'text/plain', 'countersign-internal': 'x' }],
    ['a program whose media type is refused later', { 'content-type': 'text/plain', authorization: 'Bearer x' }],
  ])('pass from %s', (_what, headers) => expect(judge(headers)).not.toThrow());
});

it('a service without pages judges the media type alone, but takes no cookie', () => {
  expect(() => refuseCrossSite({ method: 'POST', headers: form }, [])).not.toThrow();
  expect(() => refuseCrossSite({ method: 'POST', headers: { ...form, ...cookie } }, [])).toThrow(/refused/);
});

it('reading is for everybody: links from mail and chat work', () => {
  for (const method of ['GET', 'HEAD'])
    expect(judge({ ...cookie, 'sec-fetch-site': 'cross-site' }, method)).not.toThrow();
});
