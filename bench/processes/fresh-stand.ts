import { setTimeout as pause } from 'node:timers/promises';
import { Agent, fetch as undiciFetch } from 'undici';
import { type Fetch, sentInClear } from '../../functions/adapters/http/fetch.ts';
import { Running } from '../../local/embedded-stack/running.ts';
import { startTraffic, type Traffic } from '../../local/stand-ins/connector/traffic.ts';
import type { LambdaHandler } from '../../local/stand-ins/lambda/environments.ts';
import { isWorking, naiveBy, OURS, type Rotator, registerSteps, templateBy } from '../peers/rotators.ts';
import type { Certificate } from '../stand/certificate.ts';
import { putAtDistance } from '../stand/distance.ts';
import { hostFunctions } from '../stand/host.ts';
import { OutageWatch } from '../stand/outage-watch.ts';
import { type ServedStand, startServed } from '../stand/served.ts';
import { serviceMs } from '../stand/service-time.ts';
import { type FunctionProcess, startFunction } from './function-process.ts';
import { limit, shareOf } from './processor-share.ts';

/** Who rotates. */
export type TakenBy = 'in-place' | 'template' | 'naive script';

/** One rotation. */
interface FreshSample {
  readonly outageMs: number;
  /** Check and push over open connections, as long as they took in the same round. */
  readonly unavoidableMs: number;
  /** Connections that were opened during the rotation, and those of them during the outage; over TLS alone. */
  readonly opened: number;
  readonly openedInside: number;
  readonly requests: number;
  readonly failed: number;
  /** How the processor was limited. */
  readonly way: string;
}

/** The first two rotations of a process. */
export interface FreshRound {
  readonly first: FreshSample;
  readonly second: FreshSample;
}

/** What a function of ours has. */
const MEGABYTES = 512;
const REQUESTS_A_SECOND = 100;
/** For so many milliseconds there is traffic before. */
const BEFORE_MS = 50;

/** A stand whose function runs in a fresh process each round. */
export interface FreshStand {
  round(): Promise<FreshRound>;
  close(): Promise<void>;
}

interface FreshOptions {
  readonly name: TakenBy;
  readonly bundle: string;
  /** How long a request takes, in milliseconds: in the part, or on the way where there is a certificate. */
  readonly awayMs: number;
  /** With one, everything is behind TLS. @default - everything is on loopback */
  readonly certificate?: Certificate;
}

/** Starts the parts for one contender. */
export async function startFresh({ name, bundle, awayMs, certificate }: FreshOptions): Promise<FreshStand> {
  const far = new Running();
  const connections = { opened: () => undefined as unknown };
  let plainIam = '';
  const stand = await startServed(
    { strategy: 'in-place', renewal: name === 'naive script' ? 'regenerate' : 'set' },
    {
      front: async (url, service) => {
        if (service === 'iam') plainIam = url;
        if (!certificate) return url;
        const onConnection = () => connections.opened();
        const distant = await putAtDistance(url, { roundTripMs: awayMs, certificate, onConnection });
        far.add(() => distant.close());
        return distant.url;
      },
    },
  );
  if (name === 'template') await registerSteps(stand);
  if (certificate) stand.fetch = trusting(certificate);
  else stand.latency.ms = awayMs;
  const measuring: Measuring = { stand, connections, plainIam };
  return {
    round: async () => {
      const child = await startFunction({
        bundle,
        aws: stand.aws,
        ...(certificate && { certificate: certificate.file }),
      });
      const limited = limit(child.pid, shareOf(MEGABYTES));
      try {
        const rotator = rotatorOf(name, child, stand);
        const first = await sample(rotator, measuring);
        const second = await sample(rotator, measuring);
        return { first: { ...first, way: limited.way }, second: { ...second, way: limited.way } };
      } finally {
        await child.end();
        limited.release();
      }
    },
    close: async () => {
      await far.close();
      await stand.close();
    },
  };
}

function trusting({ cert }: Certificate): Fetch {
  const dispatcher = new Agent({ connect: { ca: cert } });
  return async (url, init) => (await undiciFetch(url, { ...sentInClear(init), dispatcher })) as unknown as Response;
}

function rotatorOf(name: TakenBy, child: FunctionProcess, stand: ServedStand): Rotator {
  const invoke = async (event: object) => await child.invoke(event);
  const rotate: LambdaHandler = async (event) => await invoke(event as object);
  stand.functions = hostFunctions({ rotate: () => rotate }, () => new Date());
  const { credential } = stand.customer;
  if (name === 'template') return templateBy(async (_, step) => void (await invoke({ credential, step })));
  if (name === 'naive script') return naiveBy(async () => void (await invoke({ credential })));
  return OURS.schedule;
}

interface Measuring {
  readonly stand: ServedStand;
  /** What hears of each connection that is opened. */
  readonly connections: { opened: () => unknown };
  /** Where the traffic goes: its own connections are nobody's. */
  readonly plainIam: string;
}

async function sample(
  rotator: Rotator,
  { stand, connections, plainIam }: Measuring,
): Promise<Omit<FreshSample, 'way'>> {
  const unavoidableMs = await serviceMs(stand);
  const traffic = trafficOn(stand, plainIam);
  await pause(BEFORE_MS);
  const watch = new OutageWatch(() => isWorking(stand), stand.now);
  const counted = { opened: 0, openedInside: 0 };
  connections.opened = () => {
    counted.opened += 1;
    if (watch.isOut) counted.openedInside += 1;
  };
  stand.onChange = () => watch.look();
  await rotator(stand);
  stand.onChange = () => undefined;
  connections.opened = () => undefined;
  await traffic.stop();
  const { requests, failed } = traffic.report();
  return { outageMs: watch.totalMs(), unavoidableMs, ...counted, requests, failed };
}

function trafficOn({ systems, customer }: ServedStand, plainIam: string): Traffic {
  const accessTokenUrl = `${plainIam}${new URL(customer.credential.accessTokenUrl).pathname}`;
  const section = () => ({ ...systems.connector.sectionOf(customer.configuration, 'runtime'), accessTokenUrl });
  return startTraffic({ section, rate: REQUESTS_A_SECOND, maxInFlight: 400 });
}
