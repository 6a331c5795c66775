import { tokenOf } from '../peers/http.ts';
import { spreadOf } from '../statistics.ts';
import type { ServedStand } from './served.ts';
import { CONNECTOR_TOKEN } from './systems.ts';

const LOOKS = 3;

/** How long one token request and one request to the connector take together now, over open connections. Milliseconds. */
export async function serviceMs(stand: ServedStand): Promise<number> {
  const { systems, customer, fetch } = stand;
  const { accessTokenUrl, scope, connectors } = customer.credential;
  const { clientId, clientSecret = '' } = systems.connector.sectionOf(customer.configuration, 'runtime');
  const url = connectors.map((one) => (one.via === 'https' ? one.url : ''))[0] ?? '';
  const headers = { authorization: `Bearer ${CONNECTOR_TOKEN}` };
  const check = () => tokenOf(fetch, { accessTokenUrl, clientId, clientSecret, scope });
  const push = async () => await (await fetch(url, { method: 'GET', headers })).arrayBuffer();
  const both = await Promise.all([check, push].map((ask) => typically(ask, stand.now)));
  return both.reduce((sum, ms) => sum + ms, 0);
}

async function typically(ask: () => Promise<unknown>, now: () => number): Promise<number> {
  const took: number[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const begun = now();
    await ask();
    took.push(now() - begun);
  }
  return spreadOf(took).median;
}
