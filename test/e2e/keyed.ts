import { ListSecretVersionIdsCommand } from '@aws-sdk/client-secrets-manager';
import type { Stage } from './stage.ts';

/** The answer to a call with a key, once its run has ended: a busy machine may take longer than a call waits. */
export async function answerOf(stage: Stage, path: string, init: { key: string; body: object }) {
  const call = { method: 'POST', body: init.body, headers: { 'idempotency-key': init.key } };
  for (;;) {
    const response = await stage.call(path, call);
    if (response.status !== 202) return { status: response.status, text: await response.text() };
  }
}

/** Every version of a credential's secret, those without a label too. */
export async function versionIds({ prefix, secretsManager }: Stage, id: string): Promise<string[]> {
  const list = new ListSecretVersionIdsCommand({ SecretId: `${prefix}/${id}`, IncludeDeprecated: true });
  const { Versions = [] } = await secretsManager.send(list);
  return Versions.map(({ VersionId = '' }) => VersionId);
}
