import { randomBytes, randomUUID } from 'node:crypto';
import { describe } from '@jest/globals';
import { iamHandler } from '../../../local/iam/handler.ts';
import { localTokens } from '../../../local/iam/tokens.ts';
import { iamBehaviourContract } from '../../contracts/iam-behaviour.ts';
import { embeddedFixture, engineWithClock } from './fixture.ts';

describe.each([
  ['http://iam.local', '26.7'],
  ['http://iam.local/auth', '26.7'],
  ['http://iam.local', '26.0'],
  ['http://iam.local', '22.0'],
] as const)('the embedded IAM below %s, like Keycloak %s', (base, release) => {
  iamBehaviourContract(() => {
    const { engine, clock } = engineWithClock(undefined, release);
    const fetch = iamHandler(engine, localTokens(engine, { key: randomBytes(32), randomUuid: randomUUID }));
    const passSeconds = async (seconds: number) => {
      clock.seconds += seconds;
    };
    return embeddedFixture(engine, { fetch, base, passSeconds, release });
  });
});
