import * as z from 'zod';
import type { Handler } from '../serve.ts';
import { Configuration, fingerprintOf, type SectionName } from './configuration.ts';
import type { ConnectorEngine } from './engine.ts';
import { parseJson, problem } from './handler.ts';
import { startTraffic, type Traffic } from './traffic.ts';

const sectionName = z.custom<SectionName>(
  (name) => typeof name === 'string' && /^(designTime|runtime|studioTestBench|machineUsers\..+)$/.test(name),
  'is not a section: designTime, runtime, studioTestBench or machineUsers.<user>',
);

/** Which section's secret is used, and how. */
export const TrafficSettings = z.strictObject({
  configuration: z.string(),
  section: sectionName.default('runtime'),
  rate: z.number().positive().max(1000).default(50),
  maxInFlight: z.int().positive().max(1000).default(50),
  clientAuth: z.enum(['post', 'basic']).default('post'),
  projectionUrl: z.url().optional(),
  timeoutMs: z.int().positive().default(10_000),
});

export type TrafficSettings = z.infer<typeof TrafficSettings>;

/** The control of a connector that runs as a process of its own. */
export interface Control {
  readonly handler: Handler;
  /** Starts traffic; one that ran for the same section before is stopped. */
  start(settings: TrafficSettings): Promise<void>;
  /** Stops all traffic. */
  stop(): Promise<void>;
}

/**
 * The control of a connector under test, below `/_local/`. It never tells a secret, only whether one is held.
 *
 * | call | does |
 * |---|---|
 * | `GET /_local/traffic` | a report for each `<configuration>/<section>` |
 * | `POST /_local/traffic/start` | starts traffic with {@link TrafficSettings} |
 * | `POST /_local/traffic/reset`, `POST /_local/traffic/stop` | for all traffic |
 * | `GET`, `PUT /_local/configurations/<name>` | reads without secrets; puts a {@link Configuration}, as by hand |
 * | `GET /_local/configurations/<name>/holds?section=…&fingerprint=…` | `{"holds":true}` or false |
 * | `GET /_local/writes` | every write since the start |
 */
export function connectorControl(engine: ConnectorEngine): Control {
  const traffics = new Map<string, Traffic>();
  const stop = async () => {
    await Promise.all([...traffics.values()].map((traffic) => traffic.stop()));
  };
  const start = async ({ configuration, section, projectionUrl, ...options }: TrafficSettings) => {
    engine.sectionOf(configuration, section);
    const key = `${configuration}/${section}`;
    await traffics.get(key)?.stop();
    const from = () => engine.sectionOf(configuration, section);
    traffics.set(key, startTraffic({ section: from, ...options, ...(projectionUrl && { projectionUrl }) }));
  };
  const reports = () => Object.fromEntries([...traffics].map(([key, traffic]) => [key, traffic.report()]));

  const trafficCalls: Record<string, (request: Request) => Promise<Response>> = {
    'POST start': async (request) => {
      const settings = TrafficSettings.safeParse(parseJson(await request.text()));
      if (!settings.success) return problem(400, z.prettifyError(settings.error));
      if (!hasSection(engine, settings.data)) return problem(404, 'there is no such configuration or section');
      await start(settings.data);
      return Response.json(reports());
    },
    'POST stop': async () => {
      await stop();
      return Response.json(reports());
    },
    'POST reset': async () => {
      for (const traffic of traffics.values()) traffic.reset();
      return Response.json(reports());
    },
    'GET ': async () => Response.json(reports()),
  };
  const handler: Handler = async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const [, , area, name = '', call] = pathname.split('/');
    if (area === 'traffic') {
      const answer = trafficCalls[`${request.method} ${name}`];
      return answer ? answer(request) : problem(404, 'there is no such call');
    }
    if (area === 'writes') return Response.json(engine.writes);
    if (area === 'configurations')
      return configurationCall(engine, decodeURIComponent(name), { request, searchParams, call });
    return problem(404, 'there is no such call');
  };
  return { handler, start, stop };
}

interface ConfigurationCall {
  readonly request: Request;
  readonly searchParams: URLSearchParams;
  readonly call: string | undefined;
}

async function configurationCall(engine: ConnectorEngine, name: string, call: ConfigurationCall): Promise<Response> {
  if (call.request.method === 'PUT') {
    const configuration = Configuration.safeParse(parseJson(await call.request.text()));
    if (!configuration.success) return problem(400, z.prettifyError(configuration.error));
    engine.configure(name, configuration.data);
  }
  const found = engine.read(name);
  if (!found) return problem(404, 'there is no such configuration');
  if (call.call !== 'holds') return Response.json(found.view, { headers: { etag: found.etag } });
  const section = sectionName.safeParse(call.searchParams.get('section') ?? 'runtime');
  if (!section.success || !hasSection(engine, { configuration: name, section: section.data })) {
    return problem(404, 'there is no such section');
  }
  const secret = engine.secretOf(name, section.data);
  return Response.json({ holds: secret !== null && fingerprintOf(secret) === call.searchParams.get('fingerprint') });
}

function hasSection(
  engine: ConnectorEngine,
  { configuration, section }: { configuration: string; section: SectionName },
) {
  try {
    return Boolean(engine.sectionOf(configuration, section));
  } catch {
    return false;
  }
}
