import { afterAll, jest } from '@jest/globals';
import { describeReal } from '../support/real.ts';
import { iamBehaviourContract } from './iam-behaviour.ts';
import { keycloakRealms } from './keycloak-fixture.ts';

// A server that is busy with other suites can take seconds to make a realm.
jest.setTimeout(60_000);

// The cases set policies by an attribute of the client, which 22.0 can't.
const WITHOUT_CONDITION = process.env.KEYCLOAK_VERSION?.startsWith('22.')
  ? 'Keycloak 22.0 has no policy condition client-attributes'
  : undefined;

describeReal(
  'Keycloak',
  ['keycloak'],
  () => {
    const realms = keycloakRealms('iam-behaviour');
    afterAll(() => realms.remove());

    iamBehaviourContract(() => realms.fixture());
  },
  WITHOUT_CONDITION,
);
