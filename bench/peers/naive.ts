import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { PREFIX } from '../stand/prefix.ts';
import { administer, ask, clientIdOf, type PeerDeps, push } from './http.ts';

/** The script that somebody writes in an hour: regenerate, store, push. It checks nothing, and nothing takes it back. */
export async function rotateNaively(deps: PeerDeps): Promise<void> {
  const { fetch, credential, secretId: SecretId = `${PREFIX}/${credential.id}` } = deps;
  const client = deps.newClient();
  const { url, headers } = await administer(client, deps);
  const regenerated = await ask(fetch, `${url}/client-secret`, { method: 'POST', headers });
  const { value: clientSecret } = (await regenerated.json()) as { value: string };
  const { accessTokenUrl, scope } = credential;
  const document = { accessTokenUrl, clientId: clientIdOf(credential), clientSecret, scope };
  const SecretString = JSON.stringify(document);
  await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
  await push(client, deps, document);
}
