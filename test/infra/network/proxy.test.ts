import { describe, expect, it } from '@jest/globals';
import { faults, read } from '../../support/context.ts';

describe('context proxy', () => {
  it.each([
    ['http://proxy.example.com:3128', { url: 'http://proxy.example.com:3128' }],
    ['https://proxy.example.com', { url: 'https://proxy.example.com' }],
    [{ url: 'http://10.0.0.7:3128' }, { url: 'http://10.0.0.7:3128' }],
    [
      '{"url":"http://proxy.example.com:3128","secretId":"client-secret-rotation-access/proxy"}',
      { url: 'http://proxy.example.com:3128', secretId: 'client-secret-rotation-access/proxy' },
    ],
  ])('reads %j', (proxy, expected) => {
    expect(read({ proxy }).proxy).toEqual(expected);
  });

  it.each([
    ['proxy.example.com:3128', 'is not a proxy; for example http://proxy.example.com:3128'],
    ['socks5://proxy.example.com', 'is not a proxy; for example http://proxy.example.com:3128'],
    [
      'http://flow:open-sesame@proxy.example.com:3128',
      'must not carry user information: renew that password, and put it into the access secret that secretId names',
    ],
    ['http://proxy.example.com:3128/pac', 'has more than scheme, host and port'],
    ['http://proxy_1.example.com:3128', 'has no host name: letters, digits, hyphens and dots only'],
    ['https://10.0.0.7:3128', 'has to be called by its name with https: that is what its certificate is about'],
    ['http://127.0.0.1:3128', "is the function's own machine, where nothing listens"],
    ['http://169.254.169.254', 'is a link-local address, which is never called'],
  ])('refuses %s, and repeats nothing of it', (proxy, fault) => {
    expect(faults({ proxy })).toEqual([`context.proxy.url: ${fault}`]);
  });

  it('takes no access secret of a credential', () => {
    const proxy = { url: 'http://proxy.example.com:3128', secretId: 'client-secret-rotation-access/acme-prod/iam' };
    expect(faults({ proxy })).toEqual(['context.proxy.secretId: must be client-secret-rotation-access/proxy']);
  });
});
