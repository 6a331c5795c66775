import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, describe } from '@jest/globals';
import { IamEngine } from '../../../../local/stand-ins/iam/engine.ts';
import { iamHandler } from '../../../../local/stand-ins/iam/handler.ts';
import { randomSecret } from '../../../../local/stand-ins/iam/secret-rotation.ts';
import { localTokens } from '../../../../local/stand-ins/iam/tokens.ts';
import { type Server, serve } from '../../../../local/stand-ins/serve.ts';
import { iamBehaviourContract } from '../../../contracts/iam-behaviour.ts';
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

describe('the embedded IAM, over a socket', () => {
  let ahead = 0;
  let server: Server | undefined;
  afterAll(() => server?.close());

  iamBehaviourContract(async () => {
    const engine = new IamEngine({ now: () => Date.now() + ahead * 1000, randomSecret, randomUuid: randomUUID });
    server = await serve(iamHandler(engine, localTokens(engine, { key: randomBytes(32), randomUuid: randomUUID })));
    const passSeconds = async (seconds: number) => {
      ahead += seconds;
    };
    return embeddedFixture(engine, { fetch: (request) => fetch(request), base: `${server.url}/auth`, passSeconds });
  });
});
