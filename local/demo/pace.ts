import { randomBytes, randomUUID } from 'node:crypto';
import { Agent } from 'undici';
import { lateWriteMs } from '../../functions/credential/agent-line.ts';
import type { Timeouts } from '../embedded-stack/names.ts';
import { requestToken } from '../stand-ins/connector/token-request.ts';
import { IamEngine } from '../stand-ins/iam/engine.ts';
import { iamHandler } from '../stand-ins/iam/handler.ts';
import { randomSecret } from '../stand-ins/iam/secret-rotation.ts';
import { localTokens } from '../stand-ins/iam/tokens.ts';
import { serve } from '../stand-ins/serve.ts';

/** How fast the demonstration goes: on a slow or busy machine it takes longer, and shows the same. */
export interface Pace {
  /** How many times as long as on a quiet machine things take: 1 to 20. */
  readonly slowness: number;
  readonly timeouts: Timeouts;
  /** How long an agent may take, as an ISO 8601 duration. */
  readonly agentTimeout: string;
  /** For how long a rotation, also one through an agent, may be under way before another run may begin, in milliseconds. */
  readonly leaseMs: number;
  /** How much of a grace is waited for, in milliseconds; the rest passes in AWS only. */
  readonly shownGraceMs: number;
  /** How much of a pause between two looks of a run is waited: nothing here is replicated, so that each first look is true. */
  readonly pauses: number;
  /** Requests a second of each connector. */
  readonly rate: number;
  /** What it has to send at least, in requests a second. */
  readonly leastRate: number;
}

/** What a token request takes at most on a quiet machine, in milliseconds. */
const QUIET_MS = 2;
const MOST_SLOWNESS = 20;
/** For how long, and how often at least, the machine is tried out. A machine that is stopped now and then is seen to be. */
const TRIAL_MS = 300;
const LEAST_TRIALS = 20;

/** The time-outs stand to each other as those of a deployment do: 9 to 1. */
const HTTP_S = 3;
const FUNCTION_S = 9 * HTTP_S;
/** The least and the most that the settings of a connector allow. */
const AGENT_S = 5;
const MOST_AGENT_S = 120;
const SHOWN_GRACE_MS = 1000;
/** A tenth is waited, and on a slow machine more. */
const PAUSES = 0.1;
/** More requests than what is promised, so that a late timer doesn't matter. */
const RATE = 60;
const LEAST_RATE = 50;

/** @param requestMs what a token request takes on this machine, in milliseconds */
export function paceOf(requestMs: number): Pace {
  const slowness = Math.min(MOST_SLOWNESS, Math.max(1, Math.ceil(requestMs / QUIET_MS)));
  const seconds = (each: number) => `PT${each * slowness}S`;
  const agentS = Math.min(MOST_AGENT_S, AGENT_S * slowness);
  return {
    slowness,
    timeouts: { function: seconds(FUNCTION_S), http: seconds(HTTP_S) },
    agentTimeout: `PT${agentS}S`,
    leaseMs: FUNCTION_S * slowness * 1000 + Math.max(HTTP_S * slowness * 1000, lateWriteMs(agentS * 1000)),
    // Time for some requests; more is only waiting.
    shownGraceMs: SHOWN_GRACE_MS * Math.ceil(slowness / 4),
    pauses: Math.min(1, PAUSES * slowness),
    rate: RATE / slowness,
    leastRate: LEAST_RATE / slowness,
  };
}

/**
 * Tries the machine out: one token request after the other, from a connector of its own to an IAM of its own.
 *
 * @returns what one takes on average, in milliseconds
 */
export async function measureRequestMs(): Promise<number> {
  const iam = new IamEngine({ now: Date.now, randomSecret, randomUuid: randomUUID });
  iam.createRealm('trial', { feature: false });
  const clientSecret = randomSecret();
  iam.createClient('trial', { clientId: 'trial', secret: clientSecret });
  const tokens = localTokens(iam, { key: randomBytes(32), randomUuid: randomUUID });
  const server = await serve(iamHandler(iam, tokens));
  const dispatcher = new Agent();
  const accessTokenUrl = `${server.url}/auth/realms/trial/protocol/openid-connect/token`;
  const section = {
    flowType: 'ClientCredentials',
    accessTokenUrl,
    clientId: 'trial',
    clientSecret,
    scopes: 'openid',
  } as const;
  try {
    return await average(() => requestToken(section, { dispatcher, clientAuth: 'post', timeoutMs: 60_000 }));
  } finally {
    await dispatcher.close();
    await server.close();
  }
}

async function average(request: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  let count = 0;
  while (count < LEAST_TRIALS || performance.now() - begun < TRIAL_MS) {
    await request();
    count += 1;
  }
  return (performance.now() - begun) / count;
}
