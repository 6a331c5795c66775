import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Section } from '../../local/stand-ins/connector/configuration.ts';
import { startTraffic } from '../../local/stand-ins/connector/traffic.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import { sectionFrom } from './file-connector-layout.ts';

/**
 * A connector whose configuration is a file, and which nothing reaches but the file: it asks for tokens with its runtime section at
 * a steady rate. With `--load each-request` it reads the file for each of them; with `--load on-reload` at its start and on
 * `POST /reload`, as a service that is restarted does. `GET /health` and `GET /traffic` tell how it is. Prints its URL.
 */
const { values } = parseArgs({
  options: { file: { type: 'string' }, load: { type: 'string' }, rate: { type: 'string' } },
});
const { file = '', load = 'each-request', rate = '10' } = values;

/** How long an answer is waited for: a busy machine is no fault of a rotation. */
const PATIENT_MS = 60_000;
/** How many requests are under way at most. */
const FEW = 4;

const read = (): Section => sectionFrom(readFileSync(file, 'utf8'), 'runtime');
let loaded = read();
const section = load === 'each-request' ? read : () => loaded;
const traffic = startTraffic({ section, rate: Number(rate), maxInFlight: FEW, timeoutMs: PATIENT_MS });

const server = await serve(async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === '/traffic') return Response.json(traffic.report());
  if (pathname === '/reload') loaded = read();
  return Response.json({ ok: true });
});
process.once('SIGTERM', () => void traffic.stop().then(() => server.close()));
console.log(JSON.stringify({ url: server.url }));
