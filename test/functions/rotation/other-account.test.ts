import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, it } from '@jest/globals';
import { runDeps } from '../../../functions/lambda/compose/run-deps.ts';
import type { World } from '../../../functions/lambda/compose/runs.ts';
import { rotate } from '../../../functions/rotation/workflow.ts';
import { inProcess } from '../../../local/stand-ins/in-process.ts';
import { createWorld, FIRST_SECRET, TIMING } from '../../support/world.ts';

const ACCOUNT = { roleArn: 'arn:aws:iam::222233334444:role/csr/acme-prod', externalId: 'drawn-for-one-customer' };

/** A world in which every secret lies in the account of a customer, and Secrets Manager at home is not to be called. */
function away() {
  const embedded = createWorld();
  const { secretsManager, accessSecrets } = embedded.world;
  const asked: string[] = [];
  const home = new SecretsManagerClient({
    region: 'eu-north-1',
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: inProcess(async (request) => {
      asked.push(`home ${request.headers.get('x-amz-target')}`);
      return new Response('{}', { status: 500 });
    }),
  });
  const elsewhere: World['elsewhere'] = ({ roleArn, externalId }, credential) => {
    asked.push(`${roleArn} ${externalId} ${credential}`);
    return { secretsManager, accessSecrets };
  };
  const credential = { ...embedded.credential, account: ACCOUNT };
  const depsIn = (world: World) => {
    // What was seen at home of the secret of that name: it is old, and about another.
    const overview = { changedAt: new Date(0), labelled: [{ id: 'at-home', stages: ['AWSPENDING'] }] };
    return runDeps(credential, { prefix: 'csr', timing: TIMING }, { world, remainingMs: () => 90_000, overview });
  };
  return { embedded, credential, asked, depsIn, home, elsewhere };
}

it('a rotation whose secrets lie in another account uses them there, those that it gets in with among them', async () => {
  const { embedded, credential, asked, depsIn, home, elsewhere } = away();
  const deps = depsIn({ ...embedded.world, secretsManager: home, elsewhere });

  expect(await rotate(credential, { trigger: 'api' }, deps)).toMatchObject({ outcome: 'rotated' });
  expect(embedded.current().clientSecret).not.toBe(FIRST_SECRET);
  expect(embedded.calls).toContain('secrets-manager GetSecretValue csr-access/acme-prod/iam');
  expect(asked).toEqual([`${ACCOUNT.roleArn} ${ACCOUNT.externalId} acme-prod`]);
});

it('a function that reaches no other account refuses, and reads nothing at home', () => {
  const { embedded, asked, depsIn, home } = away();

  expect(() => depsIn({ ...embedded.world, secretsManager: home })).toThrow(
    expect.objectContaining({ code: 'not-available' }),
  );
  expect(asked).toEqual([]);
});
