import { describe, expect, it } from '@jest/globals';
import { accessOf } from '../../../../local/stand-ins/connector/access.ts';

describe('access to a connector', () => {
  const bearer = accessOf({ type: 'bearer', token: 'T-1' });
  const basic = accessOf({ type: 'basic', username: 'rotator', password: 'pä:ss' });

  it('by bearer token needs the right token; the scheme is written in any case', async () => {
    expect(await bearer('Bearer T-1')).toBe('bearer');
    expect(await bearer('bearer T-1')).toBe('bearer');
    for (const wrong of [null, '', 'Bearer', 'Bearer T-2', 'Bearer T-1 x', 'Basic T-1', 'T-1']) {
      expect(await bearer(wrong)).toBeUndefined();
    }
  });

  it('by Basic needs the right name and password, in UTF-8; the password may hold a colon', async () => {
    // printf %s 'rotator:pä:ss' | base64
    expect(await basic('Basic cm90YXRvcjpww6Q6c3M=')).toBe('basic rotator');
    for (const wrong of [null, 'Bearer cm90YXRvcjpww6Q6c3M=', 'Basic cm90YXRvcjpwYTpzcw==', 'Basic !']) {
      expect(await basic(wrong)).toBeUndefined();
    }
  });
});
