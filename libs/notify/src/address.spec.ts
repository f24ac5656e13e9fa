import { isForbidden } from './address.js';
import { checkedAddress } from './guard.js';

const options = { dangerouslyAllowLoopback: false, allowedPorts: null };
const resolve =
  (...addresses: string[]) =>
  () =>
    Promise.resolve(addresses);
const verdict = async (url: string, more: object = {}) =>
  checkedAddress(new URL(url), { ...options, resolve: resolve('93.184.216.34'), ...more });

describe('addresses that no message may reach', () => {
  it.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.0.0.192', '192.0.2.1', '192.168.1.1', '198.18.0.1', '224.0.0.1', '239.1.1.1'],
    ...['240.0.0.1', '255.255.255.255', '168.63.129.16', '100.100.100.200'],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::7f00:1', '64:ff9b::7f00:1', '64:ff9b:1::a00:1'],
    ...['fe80::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '100::1', '2001:db8::1'],
    ...['2002:7f00:1::', '2001:0:7f00:1::', 'localhost', '', '1.2.3', '0x7f000001'],
  ])('%s', (address) => expect(isForbidden(address)).toBe(true));

  it.each(['8.8.8.8', '93.184.216.34', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
    'but %s',
    (address) => expect(isForbidden(address)).toBe(false),
  );
});

describe('the guard', () => {
  it.each([
    ['decimal', 'https://2130706433/'],
    ['octal', 'https://0177.0.0.1/'],
    ['hexadecimal', 'https://0x7f.0x0.0x0.0x1/'],
    ['hexadecimal in one', 'https://0xa9fea9fe/latest/meta-data'],
    ['short', 'https://127.1/'],
    ['full width digits', 'https://１２７.０.０.１/'],
    ['v6', 'https://[::1]/'],
    ['v4 in v6', 'https://[::ffff:169.254.169.254]/'],
    ['v4 in v6, hexadecimal', 'https://[::ffff:a9fe:a9fe]/'],
    ['NAT64', 'https://[64:ff9b::169.254.169.254]/'],
    ['with a dot at the end', 'https://127.0.0.1./'],
    ['credentials', 'https://user:pass@example.com/'],
    ['plain http', 'http://example.com/'],
    ['another scheme', 'ftp://example.com/'],
  ])('refuses %s', async (_form, url) => expect(await verdict(url)).toEqual({ refused: 'forbidden_address' }));

  it('refuses a name that leads inside, also when only one of its addresses does', async () => {
    const to = (...addresses: string[]) => verdict('https://hooks.example.com/', { resolve: resolve(...addresses) });
    expect(await to('10.0.0.1')).toEqual({ refused: 'forbidden_address' });
    expect(await to('93.184.216.34', '169.254.169.254')).toEqual({ refused: 'forbidden_address' });
    expect(await to('93.184.216.34', '::1')).toEqual({ refused: 'forbidden_address' });
    expect(await to('93.184.216.34')).toEqual({ address: '93.184.216.34' });
    expect(await to()).toEqual({ refused: 'dns' });
  });

  it('asks once for the name: what it checks is what is connected to', async () => {
    const answers = [['93.184.216.34'], ['127.0.0.1']];
    const found = await verdict('https://rebind.example.com/', {
      resolve: () => Promise.resolve(answers.shift() ?? []),
    });
    expect([found, answers.length]).toEqual([{ address: '93.184.216.34' }, 1]);
  });

  it('opens loopback alone when told so, and never a mixture', async () => {
    const dangerouslyAllowLoopback = true;
    expect(await verdict('http://127.0.0.1:8080/', { dangerouslyAllowLoopback })).toEqual({ address: '127.0.0.1' });
    for (const inside of ['http://10.0.0.1/', 'https://169.254.169.254/', 'http://example.com/'])
      expect(await verdict(inside, { dangerouslyAllowLoopback })).toEqual({ refused: 'forbidden_address' });
    const mixed = { dangerouslyAllowLoopback, resolve: resolve('127.0.0.1', '10.0.0.1') };
    expect(await verdict('https://mixed.example.com/', mixed)).toEqual({ refused: 'forbidden_address' });
  });

  it('keeps to the allowed ports', async () => {
    expect(await verdict('https://example.com:8443/', { allowedPorts: [443] })).toEqual({
      refused: 'forbidden_address',
    });
    expect(await verdict('https://example.com/', { allowedPorts: [443] })).toEqual({ address: '93.184.216.34' });
  });
});
