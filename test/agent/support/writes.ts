import { randomUUID } from 'node:crypto';
import type { Change, StoredConfiguration } from '../../../agent/engine/contract.ts';
import type { Engine } from '../../../agent/engine/engine.ts';
import { changeByDocument } from '../../../agent/engine/ours.ts';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import { TOKEN_URL } from '../../local/stand-ins/connector/fixture.ts';
import { CLIENT_ID } from './forms.ts';

/** The change that a document with a secret makes. */
export function withSecret(clientSecret: string, clientIds: readonly string[] = []) {
  const document = {
    accessTokenUrl: TOKEN_URL,
    clientId: CLIENT_ID,
    clientSecret: new Secret(clientSecret),
    scope: 'openid microprofile-jwt',
  };
  return (stored: StoredConfiguration): Change => changeByDocument(stored, document, clientIds);
}

/** Reads, and writes a secret into every section of ours. */
export async function writeSecret(engine: Engine, clientSecret: string) {
  const { etag } = await engine.read();
  return engine.write({ id: randomUUID(), ifMatch: etag, change: withSecret(clientSecret) });
}
