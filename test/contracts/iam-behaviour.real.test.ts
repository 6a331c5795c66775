import { afterAll, jest } from '@jest/globals';
import { describeReal } from '../support/real.ts';
import { iamBehaviourContract } from './iam-behaviour.ts';
import { keycloakRealms } from './keycloak-fixture.ts';

// A server that is busy with other suites can take seconds to make a realm.
jest.setTimeout(60_000);

describeReal('Keycloak', ['keycloak'], () => {
  const realms = keycloakRealms('iam-behaviour');
  afterAll(() => realms.remove());

  iamBehaviourContract(() => realms.fixture());
});
