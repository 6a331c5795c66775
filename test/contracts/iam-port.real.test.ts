import { afterAll, jest } from '@jest/globals';
import { describeReal } from '../support/real.ts';
import { iamPortContract } from './iam-port.ts';
import { keycloakRealms } from './keycloak-fixture.ts';

// A server that is busy with other suites can take seconds to make a realm.
jest.setTimeout(60_000);

describeReal('the ports of an IAM on Keycloak', ['keycloak'], () => {
  const realms = keycloakRealms('iam-port');
  afterAll(() => realms.remove());

  iamPortContract(() => realms.fixture());
});
