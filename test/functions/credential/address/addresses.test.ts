import { describe, expect, it } from '@jest/globals';
import { httpsUrl, isLoopback, isPath, sameAddress } from '../../../../functions/credential/address/addresses.ts';

function fault(text: string, local = false): string | undefined {
  return httpsUrl({ local }).safeParse(text).error?.issues[0]?.message;
}

describe('a URL', () => {
  it.each([
    'https://acme.example.com',
    'https://acme.example.com/',
    'https://ACME.Example.com/a/b',
    'https://acme.example.com:443/a',
    'https://acme.example.com:8443/a',
    'https://acme.example.com/a%20b/c?d=e&f=%2F',
    'https://xn--gteborg-90a.example.com/a',
    'https://192.0.2.7/a',
    'https://[2001:db8::7]/a',
  ])('is taken as it is written: %s', (text) => {
    expect(fault(text)).toBeUndefined();
  });

  it.each([
    [' https://acme.example.com/a', /blank/],
    ['https://acme.example.com/a ', /blank/],
    ['https://acme.example.com/a\tb', /blank/],
    ['https://acme.\nexample.com/a', /blank/],
    ['https://acme.example.com/a\u0000', /control/],
    ['https://acme.example.com/\u200bodata', /control/],
    ['https:/acme.example.com/a', /not an https URL/],
    ['https:acme.example.com/a', /not an https URL/],
    ['https:///acme.example.com/a', /not an https URL/],
    ['https:\\\\acme.example.com\\a', /not an https URL/],
    ['HTTPS://acme.example.com/a', /not an https URL/],
    ['ftp://acme.example.com/a', /not an https URL/],
    ['acme.example.com/a', /not an https URL/],
    ['https://', /not an https URL/],
    ['https://acme.example.com\\@evil.example.net/a', /as it is read/],
    ['https://acme.example.com/a/../b', /as it is read/],
    ['https://acme.example.com/a/./b', /as it is read/],
    ['https://acme.example.com/a/%2e%2e/b', /as it is read/],
    ['https://acme.example.com\\a', /as it is read/],
    ['https://acme.example.com?a=b', /as it is read/],
    ['https://göteborg.example.com/a', /as it is read/],
    ['https://acme.example.com/göteborg', /as it is read/],
    ['https://acme.example.com:0443/a', /as it is read/],
    ['https://acme.example.com:/a', /as it is read/],
    ['https://0x7f.1/a', /as it is read/],
    ['https://2130706433/a', /as it is read/],
    ['https://acme%2eexample.com/a', /as it is read/],
    ['https://x,*.com/c', /no host name/],
    ['https://*.example.com/c', /no host name/],
    ['https://acme_test.example.com/c', /no host name/],
    ['https://acme.example.com./c', /no host name/],
    ['https://me:pw@acme.example.com/a', /user information.*renew/],
    ['https://acme.example.com@evil.example.net/a', /user information/],
    ['http://acme.example.com/a', /must use https/],
    ['https://127.0.0.1/a', /own machine/],
    ['https://localhost/a', /own machine/],
    ['https://169.254.169.254/latest', /link-local/],
    ['https://[fe80::1]/a', /link-local/],
    ['https://[::ffff:a9fe:a9fe]/a', /link-local/],
    ['https://[fd00:ec2::254]/a', /link-local/],
    ['https://[64:ff9b::a9fe:a9fe]/a', /link-local/],
    ['https://[64:ff9b:1::a9fe:a9fe]/a', /link-local/],
    ['https://[2002:a9fe:a9fe::]/a', /link-local/],
    ['https://[::ffff:0:a9fe:a9fe]/a', /link-local/],
    ['https://metadata.google.internal/a', /link-local/],
    ['https://0.0.0.0/a', /link-local/],
  ])('is refused where it could be read otherwise, or must not be called: %j', (text, why) => {
    expect(fault(text)).toMatch(why);
  });

  it.each([
    'https://bob:CANARY@acme.example.com/a',
    'bob:CANARY@acme.example.com/a',
    'ftp://bob:CANARY@acme.example.com/a',
    'https://acme.example.com?key=CANARY',
    'http://acme.example.com/?key=CANARY',
  ])('is never repeated by its fault: %s', (text) => {
    expect(fault(text)).toEqual(expect.not.stringContaining('CANARY'));
  });

  it('may be plain http to the machine itself, on one machine only', () => {
    expect(fault('http://127.0.0.1:8080/a', true)).toBeUndefined();
    expect(fault('http://127.0.0.1:8080/a')).toBe('must use https');
    expect(fault('http://localhost:80/a', true)).toBeUndefined();
  });
});

describe('isPath', () => {
  it.each([
    ['/main/ifsapplications/projection/v1/ProjectionExplorer.svc/', true],
    ['/a?$top=1', true],
    ['main', false],
    ['//evil.example.net/x', false],
    ['/\\evil.example.net/x', false],
    ['\\\\evil.example.net/x', false],
    ['https://evil.example.net/x', false],
    ['/a/../b', false],
    ['/a b', false],
    ['/a\tb', false],
  ])('%j: %p', (text, expected) => {
    expect(isPath(text)).toBe(expected);
  });
});

describe('isLoopback', () => {
  it.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['[::1]', true],
    ['127.0.0.1.example.com', false],
    ['localhost.example.com', false],
    ['10.0.0.1', false],
    ['0.0.0.0', false],
  ])('%s: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});

describe('sameAddress', () => {
  it('tells spellings of one URL to be the same, and leaves the rest alone', () => {
    expect(sameAddress('https://FLOW.example.com:443/c')).toBe(sameAddress('https://flow.example.com/c'));
    expect(sameAddress('not a URL')).toBe('not a URL');
    expect(sameAddress(undefined)).toBeUndefined();
  });
});
