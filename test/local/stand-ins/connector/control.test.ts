import { afterEach, describe, expect, it } from '@jest/globals';
import { type Control, connectorControl } from '../../../../local/stand-ins/connector/control.ts';
import { configuration, engineWith, JANUARY, section, UMLAUT } from './fixture.ts';

describe('the control of a connector', () => {
  let control: Control;
  afterEach(() => control.stop());

  function setUp() {
    const engine = engineWith({ runtime: section({ accessTokenUrl: 'http://127.0.0.1:9/token' }) });
    control = connectorControl(engine);
    return {
      engine,
      call: (path: string, init?: RequestInit) => control.handler(new Request(`http://c/_local/${path}`, init)),
    };
  }
  const post = (body: unknown = {}) => ({ method: 'POST', body: JSON.stringify(body) });

  it('tells whether a secret is held, and never the secret', async () => {
    const { call } = setUp();
    const holds = async (query: string) => (await call(`configurations/ifs-production/holds?${query}`)).json();
    expect(await holds(`section=runtime&fingerprint=${JANUARY.fingerprint}`)).toEqual({ holds: true });
    expect(await holds(`section=runtime&fingerprint=${UMLAUT.fingerprint}`)).toEqual({ holds: false });
    expect(await (await call('configurations/ifs-production')).text()).not.toContain(JANUARY.secret);
    expect((await call('configurations/ifs-production/holds?section=machineUsers.bo&fingerprint=x')).status).toBe(404);
  });

  it('puts a configuration as by hand, and refuses what is none', async () => {
    const { engine, call } = setUp();
    const put = (body: unknown) => call('configurations/other', { method: 'PUT', body: JSON.stringify(body) });
    expect((await put({ name: 'x' })).status).toBe(400);
    expect((await put(configuration())).status).toBe(200);
    expect(engine.writes.at(-1)).toMatchObject({ configuration: 'other', by: 'hand' });
    expect(await (await call('writes')).json()).toHaveLength(2);
  });

  it('starts, reports, resets and stops traffic', async () => {
    const { call } = setUp();
    expect(await (await call('traffic')).json()).toEqual({});
    const started = await call('traffic/start', post({ configuration: 'ifs-production', rate: 10 }));
    expect(await started.json()).toMatchObject({ 'ifs-production/runtime': { running: true, rate: 10 } });
    const stopped = await call('traffic/stop', post());
    expect(await stopped.json()).toMatchObject({ 'ifs-production/runtime': { running: false } });
    const reset = await call('traffic/reset', post());
    expect(await reset.json()).toMatchObject({ 'ifs-production/runtime': { requests: 0 } });
  });

  it('refuses traffic for what does not exist, and unknown calls', async () => {
    const { call } = setUp();
    expect((await call('traffic/start', post({ configuration: 'other' }))).status).toBe(404);
    expect((await call('traffic/start', post({ configuration: 'ifs-production', section: 'x' }))).status).toBe(400);
    expect((await call('traffic/faster', post())).status).toBe(404);
    expect((await call('x')).status).toBe(404);
  });
});
