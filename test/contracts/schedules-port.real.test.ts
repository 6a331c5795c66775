import { setTimeout as sleep } from 'node:timers/promises';
import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll } from '@jest/globals';
import { ROOT_KEYS } from '../../local/real-stack/ministack/users.ts';
import { describeReal, realStack } from '../support/real.ts';
import { schedulesPortContract } from './schedules-port.ts';

/** MiniStack looks for schedules that are due every ten seconds. */
const POLL_SECONDS = 11;

describeReal('the Scheduler of MiniStack', ['ministack'], () => {
  let client: SchedulerClient;
  beforeAll(() => {
    client = new SchedulerClient({ endpoint: realStack().ministack.url, region: 'us-east-1', credentials: ROOT_KEYS });
  });
  afterAll(() => client.destroy());

  schedulesPortContract({
    fixture: () => ({
      client,
      createGroup: async (Name) => void (await client.send(new CreateScheduleGroupCommand({ Name }))),
      now: () => new Date(),
      passSeconds: (seconds) => sleep((seconds + POLL_SECONDS) * 1000),
    }),
    knownDeviations: ['the list comes in pages, of which each leads to the next'],
  });
});
