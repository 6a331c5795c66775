import { afterEach, describe, expect, it } from '@jest/globals';
import { type Bench, consoleOf, SECRET } from './console-of.ts';

describe('reveal', () => {
  let bench: Bench;
  afterEach(() => bench.served.close());
  const reveal = (body: unknown) => bench.ask('reveal', { method: 'POST', body: JSON.stringify(body) });

  it('reads nothing before it is asked', async () => {
    bench = await consoleOf();
    await bench.ask('');
    await bench.ask('about');
    await bench.ask('api/credentials');
    expect([bench.reads, bench.notes]).toEqual([[], []]);
  });

  it.each([
    ['accessTokenUrl', 'https://acme.example.com/token'],
    ['clientId', 'NC_Flow'],
    ['clientSecret', SECRET],
    ['scope', 'openid'],
  ])('gives %s of the version in use, and notes that, not the value', async (field, value) => {
    bench = await consoleOf();
    const answer = await reveal({ id: 'acme-prod', field });
    expect([answer.status, await answer.json()]).toEqual([200, { versionId: 'v1', value }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(bench.reads).toEqual(['client-secret-rotation/acme-prod']);
    expect(bench.notes).toEqual([`acme-prod: ${field} of version v1 was read. CloudTrail records who read it.`]);
  });

  it.each([
    [{ id: '../other', field: 'clientSecret' }],
    [{ id: 'acme-prod', field: 'everything' }],
    [{ id: 'acme-prod' }],
    [{ id: 'acme-prod', field: 'clientSecret', more: 1 }],
    ['text'],
  ])('refuses %j, and reads nothing', async (body) => {
    bench = await consoleOf();
    expect((await reveal(body)).status).toBe(400);
    expect(bench.reads).toEqual([]);
  });

  it('is no GET', async () => {
    bench = await consoleOf();
    expect((await bench.ask('reveal?id=acme-prod&field=clientSecret')).status).toBe(404);
    expect(bench.reads).toEqual([]);
  });

  it('repeats nothing of a value that is no document', async () => {
    bench = await consoleOf({ text: `not a document: ${SECRET}` });
    const answer = await reveal({ id: 'acme-prod', field: 'clientSecret' });
    const told = await answer.text();
    expect([answer.status, told]).toEqual([502, expect.stringContaining('document-invalid')]);
    expect(told + bench.notes.join('')).not.toContain(SECRET);
  });
});
