import { ListSchedulesCommand, paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { schedulerFront } from '../../../local/real-stack/scheduler-front.ts';
import { type Server, serve } from '../../../local/stand-ins/serve.ts';

const NAMES = Array.from({ length: 250 }, (_, index) => `credential-${index}`);

/** As the emulator lists: at most so many, and no way to the rest. */
describe('what stands before a Scheduler without further pages', () => {
  const asked: string[] = [];
  let emulator: Server;
  let front: Server;
  let client: SchedulerClient;
  beforeAll(async () => {
    emulator = await serve(async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      asked.push(`${request.method} ${pathname} ${searchParams.get('ScheduleGroup') ?? ''}`);
      const all = NAMES.map((Name) => ({ Name, GroupName: 'csr' }));
      return Response.json({ Schedules: all.slice(0, Number(searchParams.get('MaxResults') ?? 100)) });
    });
    front = await serve(schedulerFront({ target: emulator.url, region: 'eu-north-1' }));
    const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' };
    client = new SchedulerClient({ region: 'eu-north-1', endpoint: front.url, credentials });
  });
  afterAll(async () => {
    client.destroy();
    await front.close();
    await emulator.close();
  });

  it.each([undefined, 7, 100])('names each schedule once, in pages of %s', async (MaxResults) => {
    const pages: number[] = [];
    const names: (string | undefined)[] = [];
    const page = { GroupName: 'csr', ...(MaxResults && { MaxResults }) };
    for await (const { Schedules = [] } of paginateListSchedules({ client }, page)) {
      pages.push(Schedules.length);
      names.push(...Schedules.map(({ Name }) => Name));
    }
    expect(names).toEqual(NAMES);
    expect(Math.max(...pages)).toBe(MaxResults ?? 100);
  });

  it('passes on whose list it is, and what else is called', async () => {
    await client.send(new ListSchedulesCommand({ GroupName: 'another' }));
    expect(asked.at(-1)).toBe('GET /schedules another');
    await fetch(`${front.url}/schedules/credential-1?groupName=csr`, { method: 'DELETE' });
    expect(asked.at(-1)).toBe('DELETE /schedules/credential-1 ');
  });
});
