import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, it, jest } from '@jest/globals';
import { serve } from '../../../local/stand-ins/serve.ts';

it('answers a method that no Request can have, and asks nobody', async () => {
  const handler = jest.fn(async () => new Response());
  const server = await serve(handler);
  const [answer] = (await once(request(server.url, { method: 'TRACE' }).end(), 'response')) as [IncomingMessage];
  answer.resume();
  expect([answer.statusCode, answer.headers.allow]).toEqual([405, expect.stringContaining('GET')]);
  expect(handler).not.toHaveBeenCalled();
  await server.close();
});
