import {
  ListSecretsCommand,
  type ListSecretsCommandOutput,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { LabelledVersion, SecretList } from '../../ports/api/secret-list.ts';
import type { Patience } from '../aws/throttled.ts';
import { patientClient, storeFailure } from './store.ts';

/** A filter takes so many values, each of which is the beginning of names. */
const MOST_VALUES = 10;
/** The most that one answer has. */
const PAGE = 100;
/** A credential that is not in so many answers is better asked about by itself. */
const MOST_PAGES = 3;

/**
 * The secrets of the credentials, as Secrets Manager lists them.
 *
 * @param namespace the beginning of their names: `<prefix>/`
 * @see [ListSecrets](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html): it may lack the changes of
 *   the last five minutes
 */
export function secretsManagerList(sdk: SecretsManagerClient, namespace: string, patience: Patience = {}): SecretList {
  const client = patientClient(sdk, namespace, patience);
  const list = async (Values: string[], NextToken?: string): Promise<ListSecretsCommandOutput> => {
    try {
      const Filters = [{ Key: 'name' as const, Values }];
      return await client.send(new ListSecretsCommand({ Filters, MaxResults: PAGE, NextToken }));
    } catch (error) {
      throw storeFailure(error, namespace);
    }
  };
  return {
    labelled: async (ids) => {
      const found = new Map<string, readonly LabelledVersion[]>();
      const wanted = new Map(ids.map((id) => [`${namespace}${id}`, id]));
      const beginnings = beginningsOf([...wanted.keys()]);
      let token: string | undefined;
      for (let pages = 0; pages < MOST_PAGES && found.size < wanted.size; pages++) {
        const { SecretList: secrets = [], NextToken } = await list(beginnings, token);
        for (const { Name = '', SecretVersionsToStages = {} } of secrets) {
          const id = wanted.get(Name);
          if (id !== undefined) found.set(id, versionsIn(SecretVersionsToStages));
        }
        token = NextToken;
        if (!token) break;
      }
      return found;
    },
  };
}

/** The longest beginnings of all names that are few enough for a filter. Neighbours in the alphabet share theirs. */
function beginningsOf(names: readonly string[]): string[] {
  for (let length = Math.max(0, ...names.map((name) => name.length)); ; length--) {
    const beginnings = new Set(names.map((name) => name.slice(0, length)));
    if (beginnings.size <= MOST_VALUES) return [...beginnings];
  }
}

function versionsIn(stages: Readonly<Record<string, string[]>>): LabelledVersion[] {
  return Object.entries(stages).map(([id, labels]) => ({ id, stages: labels }));
}
