import { Settings } from '../../agent/settings/settings.ts';
import { lateWriteMs } from '../../functions/credential/agent-line.ts';
import { durationMs } from '../../functions/credential/duration.ts';
import { shortestFunctionTimeoutMs } from '../../functions/rotation/run/budget.ts';
import type { HostDisk } from './files.ts';

export const AGENT = 'host-1';
const TIMEOUT = 'PT45S';
const HTTP_TIMEOUT_MS = 10_000;
const TIMEOUT_MS = durationMs(TIMEOUT);

/** The settings of a connector that is reached by the agent. */
export function overTheLine(name: string) {
  return { name, via: 'agent', agent: AGENT, configuration: name, timeout: TIMEOUT, proof: 'loaded' };
}

/** The shortest time that synth accepts for the functions of a fleet with such a connector, and what else depends on it. */
export const LINE_TIMING = {
  functionTimeoutMs: shortestFunctionTimeoutMs(HTTP_TIMEOUT_MS, {
    timeoutMs: TIMEOUT_MS,
    lateMs: lateWriteMs(TIMEOUT_MS),
    takesBack: true,
  }),
  /** How much longer than usual a pending version belongs to a run, since a write may be late. */
  lateMs: lateWriteMs(TIMEOUT_MS) - HTTP_TIMEOUT_MS,
};

const section = (at: string) => ({
  flowType: `${at}/flowType`,
  accessTokenUrl: `${at}/accessTokenUrl`,
  clientId: `${at}/clientId`,
  clientSecret: `${at}/clientSecret`,
  scopes: `${at}/scopes`,
});

/** The agent's settings: one file for each configuration. */
export function agentSettings(
  { credential, clientIds, names }: { credential: string; clientIds: readonly string[]; names: readonly string[] },
  disk: HostDisk,
): Settings {
  const at = '/authentication';
  const sections = {
    designTime: section(`${at}/designTime`),
    runtime: section(`${at}/runtime`),
    studioTestBench: section(`${at}/studioTestBench`),
    machineUsers: { anna: section(`${at}/machineUsers/anna`), bert: section(`${at}/machineUsers/bert`) },
  };
  return Settings.parse({
    name: AGENT,
    prefix: 'csr',
    region: 'eu-north-1',
    state: disk.state,
    transports: { sqs: true },
    configurations: names.map((name) => ({
      name,
      credential,
      ...(clientIds.length > 1 && { clientIds }),
      adapter: { type: 'json', file: disk.fileOf(name), name: '/name', serviceUri: '/serviceUri', sections },
    })),
  });
}
