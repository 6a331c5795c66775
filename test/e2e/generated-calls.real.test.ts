import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { type Driver, failures, SEED, startDriver, unfoundedFaults } from '../api/driver.ts';
import { patience } from '../support/machine.ts';
import { describeReal } from '../support/real.ts';
import { type Stage, setStage } from './stage.ts';

const { timeouts } = await patience({ function: 30, http: 5 });
jest.setTimeout(1_200_000);
const EXAMPLES = 6;

describeReal(`the deployed API under generated calls (SCHEMATHESIS_SEED=${SEED})`, ['keycloak', 'ministack'], () => {
  let stage: Stage;
  let driver: Driver;

  beforeAll(async () => {
    stage = await setStage('csr-calls', [{ id: 'acme-prod' }], { timeouts });
    const target = stage.deployment.apiUrl.replace(/\/$/, '');
    driver = await startDriver({ target, keys: stage.administrator, region: 'eu-north-1' });
  });

  afterAll(async () => {
    await driver?.close();
    await stage?.close();
  });

  it('accepts what the document allows, and answers as it says', async () => {
    expect(await driver.drive('positive', EXAMPLES)).toBe('');
    expect(unfoundedFaults(driver.answers)).toEqual([]);
  });

  // MiniStack lets a call pass whose `Authorization` is no signature at all, without saying who called.
  it('refuses a foreign Authorization', async () => {
    const headers = { authorization: 'Bearer x' };
    const response = await stage.call('/credentials/acme-prod/rotations', { method: 'POST', headers, unsigned: true });
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'caller-unknown' }]);
  });

  it('refuses what the document forbids, and answers as it says', async () => {
    expect(await driver.drive('negative', EXAMPLES)).toBe('');
    expect(failures(driver.answers)).toEqual([]);
  });
});
