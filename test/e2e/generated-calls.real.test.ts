import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { type Driver, SEED, startDriver, unfoundedFaults } from '../api/driver.ts';
import { patience } from '../support/machine.ts';
import { describeReal } from '../support/real.ts';
import { type Stage, setStage } from './stage.ts';

const { timeouts } = await patience({ function: 30, http: 5 });
jest.setTimeout(1_200_000);
const EXAMPLES = 12;

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

  it('refuses what the document forbids, and answers as it says', async () => {
    expect(await driver.drive('negative', EXAMPLES)).toBe('');
    expect(driver.answers.filter(({ status }) => status >= 500)).toEqual([]);
  });
});
