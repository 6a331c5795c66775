import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { OPERATOR, REGION } from '../../local/embedded-stack/names.ts';
import type { EmbeddedStack } from '../../local/embedded-stack/stack.ts';
import { patience } from '../support/machine.ts';
import { describeReal } from '../support/real.ts';
import { type Driver, failures, SEED, startDriver, unfoundedFaults } from './driver.ts';
import { startFleet } from './fleet.ts';

/** A lease of 20 s on a quiet machine: some calls really rotate, and most are told `too-soon`. */
const { timeouts } = await patience({ function: 15, http: 5 });
/** Both runs take about three minutes on a quiet machine. */
jest.setTimeout(1_200_000);
/** Of each operation and mode. How many calls come of them depends on the seed: about 2,400. */
const EXAMPLES = 110;

// Schemathesis needs of a machine what MiniStack needs.
describeReal(`the API under generated calls (SCHEMATHESIS_SEED=${SEED})`, ['ministack'], () => {
  let stack: EmbeddedStack;
  let driver: Driver;

  beforeAll(async () => {
    stack = await startFleet(timeouts);
    driver = await startDriver({ target: stack.apiUrl, keys: OPERATOR, region: REGION });
  });

  afterAll(async () => {
    await driver?.close();
    await stack?.close();
  });

  it('accepts what the document allows, and answers as it says', async () => {
    expect(await driver.drive('positive', EXAMPLES)).toBe('');
    expect(unfoundedFaults(driver.answers)).toEqual([]);
  });

  it('refuses what the document forbids, and answers as it says', async () => {
    expect(await driver.drive('negative', EXAMPLES)).toBe('');
  });

  it('was called 2,000 times, and met all kinds of ends but its own failure', () => {
    expect(driver.answers.length).toBeGreaterThanOrEqual(2000);
    expect(failures(driver.answers)).toEqual([]);
    const statuses = new Set(driver.answers.map(({ status }) => status));
    expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 400, 403, 404, 409, 422]));
  });
});
