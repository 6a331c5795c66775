import { describe, expect, it } from '@jest/globals';
import { Clocks } from '../../../local/demo/clocks.ts';
import type { Live } from '../../../local/demo/live.ts';
import type { Stage } from '../../../local/demo/stage.ts';
import { openConsole } from '../../../local/demo/watch.ts';
import { startEmbeddedStack } from '../../../local/embedded-stack/stack.ts';

const HOUR_MS = 3_600_000;

describe('the console of the demonstration', () => {
  it('tells its link at once, and goes by the clock of AWS', async () => {
    const clocks = new Clocks();
    const told: string[] = [];
    const live = { note: (_id: string, text: string) => told.push(text) } as unknown as Live;
    const timeouts = { function: 'PT27S', http: 'PT3S' };
    const stack = await startEmbeddedStack({ audits: false, timeouts, connectorToken: 'token', clock: clocks.aws });
    const served = await openConsole({ stack, clocks } as Stage, live);
    try {
      const link = /http:\S+/.exec(told[0] ?? '')?.[0] ?? '';
      const entered = await fetch(link);
      const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
      const ask = async (path: string) => (await fetch(`${link.split('?')[0]}${path}`, { headers: { cookie } })).json();
      await clocks.pass(HOUR_MS);
      const about = (await ask('about')) as { now: string };
      expect(Date.parse(about.now) - Date.now()).toBeGreaterThan(HOUR_MS / 2);
      expect(await ask('api/credentials')).toEqual({ credentials: [] });
    } finally {
      await served.close();
      await stack.close();
    }
  });
});
