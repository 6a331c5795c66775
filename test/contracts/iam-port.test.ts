import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { IamEngine } from '../../local/stand-ins/iam/engine.ts';
import { iamHandler } from '../../local/stand-ins/iam/handler.ts';
import { randomSecret } from '../../local/stand-ins/iam/secret-rotation.ts';
import { localTokens } from '../../local/stand-ins/iam/tokens.ts';
import { type Server, serve } from '../../local/stand-ins/serve.ts';
import { embeddedFixture, engineWithClock } from '../local/stand-ins/iam/fixture.ts';
import { starting } from '../support/faults.ts';
import { iamPortContract, iamPortLab } from './iam-port.ts';

describe.each(['22.0', '26.0', '26.7'] as const)('the embedded IAM, in process, like Keycloak %s', (release) => {
  iamPortContract(async () => {
    const { engine, clock } = engineWithClock();
    const fetch = iamHandler(engine, localTokens(engine, { key: randomBytes(32), randomUuid: randomUUID }));
    const passSeconds = async (seconds: number) => {
      clock.seconds += seconds;
    };
    return embeddedFixture(engine, { fetch, base: 'https://iam.example.com/auth', passSeconds, release });
  });
});

describe('the embedded IAM, over a socket', () => {
  const started: Server[] = [];
  afterAll(async () => {
    for (const server of started) await server.close();
  });

  iamPortContract(async () => {
    let ahead = 0;
    const engine = new IamEngine({ now: () => Date.now() + ahead * 1000, randomSecret, randomUuid: randomUUID });
    const tokens = localTokens(engine, { key: randomBytes(32), randomUuid: randomUUID });
    const server = await serve(iamHandler(engine, tokens));
    started.push(server);
    const passSeconds = async (seconds: number) => {
      ahead += seconds;
    };
    return embeddedFixture(engine, { fetch: (request) => fetch(request), base: server.url, passSeconds });
  });
});

// The real one is asked while it starts, in test/local/real-stack/keycloak/server.real.test.ts.
describe('an IAM that is starting: 503 in plain text with Retry-After', () => {
  it('is iam-unavailable for both ports, after two repeats', async () => {
    const { engine } = engineWithClock();
    let asked = 0;
    const fetch = async () => {
      asked += 1;
      return starting();
    };
    const lab = iamPortLab(
      await embeddedFixture(engine, { fetch, base: 'https://iam.example.com', passSeconds: async () => {} }),
    );
    const { iam } = lab.iamAs({ clientId: 'flow-secret-rotator', secrets: ['any'] });
    await expect(iam.find('NC_Flow')).rejects.toMatchObject({ code: 'iam-unavailable' });
    expect(asked).toBe(3);
    const document = { accessTokenUrl: lab.fixture.tokenUrl, clientId: 'NC_Flow', clientSecret: 's', scope: 'openid' };
    await expect(lab.tokens().request(document)).rejects.toMatchObject({ code: 'iam-unavailable' });
    expect(asked).toBe(6);
  });
});
