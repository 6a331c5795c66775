import { describe, expect, it } from '@jest/globals';
import { signJws, verifyJws } from '../../../../local/stand-ins/iam/jws.ts';

describe('a JWS', () => {
  // RFC 7515, appendix A.1: key and example.
  const key = Buffer.from(
    'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
    'base64url',
  );
  const example =
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

  it('is verified as RFC 7515 says', () => {
    expect(verifyJws(example, key)).toEqual({ iss: 'joe', exp: 1300819380, 'http://example.com/is_root': true });
  });

  it('is not accepted with another key, another content or when it is none', () => {
    expect(verifyJws(example, Buffer.alloc(64))).toBeUndefined();
    expect(verifyJws(example.replace('.eyJpc3', '.eyJpc4'), key)).toBeUndefined();
    for (const text of ['', 'a.b', 'a.b.c.d', '..']) expect(verifyJws(text, key)).toBeUndefined();
  });

  it('that was signed here is verified here', () => {
    expect(verifyJws(signJws({ azp: 'NC_Flow_ClientCredentials' }, key), key)).toEqual({
      azp: 'NC_Flow_ClientCredentials',
    });
  });
});
