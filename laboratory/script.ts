import * as z from 'zod';
import { AgentScene } from './agents/script.ts';
import { MAKERS, STRATEGIES } from './combinations.ts';
import { JUDGEMENTS, judgementsIn, NEW_DIMENSIONS } from './dimensions.ts';
import { PlannedFault } from './faults.ts';

/** How the credential is found. */
export const STARTS = ['rest', 'grace', 'behind', 'retire-due', 'first-run', 'foreign', 'restored', 'expired'] as const;

/**
 * What asks for something; `second` is the schedule of a second credential in the same configurations. In `attended` calls somebody is
 * at hand to enter the new secret, and a `leaving` one leaves a connector behind, by its name.
 */
const TRIGGERED = [
  'schedule',
  'api',
  'attended',
  'secrets-manager',
  'retire',
  'rollback',
  'attended-rollback',
  'revoke',
  'attended-revoke',
  'leaving-revoke',
  'second',
] as const;

/** What a person, or a mishap at the IAM, does in between. */
export const DEEDS = [
  'regenerate',
  'restore',
  'stale-save',
  'forget',
  'remove-policy',
  'restore-last',
  'enter-wrong',
  'disable',
  'disable-idle',
] as const;

/** What the person does, or leaves undone, who has a part in each rotation. */
const HAND_DEEDS = [
  /** Reads the current secret, enters it in the desk and acknowledges its version. */
  'enter',
  'enter-only',
  'acknowledge-only',
  /** Says once more, late, that the version before was entered. */
  'acknowledge-former',
  /** Refreshes the client whose turn it is: of two the one that is not in use. */
  'refresh',
  /** Of two clients the wrong one. */
  'refresh-in-use',
  /** Puts what was refreshed last into the inbox; where nothing was, what the IAM shows. */
  'submit',
  'submit-older',
  'submit-wrong',
] as const;

/** What somebody does at the host of an agent. */
export const HOST_DEEDS = [
  /** Changes something else in the file of the first connector: the ETag is another one. */
  'edit-file',
  /** Brings an old file back, which the connector loads at its next restart. */
  'restore-file',
  'restart-connector',
] as const;

const ALL_DEEDS = [...DEEDS, ...HAND_DEEDS, ...HOST_DEEDS] as const;

/** Whatever a request can go to. */
export const DEPENDENCIES = ['iam', 'store', 'scheduler', 'ifs-1', 'ifs-2', 'ifs-3', 'ifs-4', 'ifs-5'] as const;

/** The same, where a person has a part: the table of tasks, and the bus on which people are told. */
export const HAND_DEPENDENCIES = ['table', 'events'] as const;

/** The same, where an agent has a part: the queues. */
export const LINE_DEPENDENCIES = ['sqs'] as const;

const anyDependency = z.enum([...DEPENDENCIES, ...HAND_DEPENDENCIES, ...LINE_DEPENDENCIES]);

const milliseconds = z.int().nonnegative();

/** How long a dependency takes for an answer. */
const Latency = z.strictObject({
  of: anyDependency,
  /** Every request takes so long. */
  ms: milliseconds.max(12_000),
  /** Up to so much more, and seldom much of it. */
  tail: milliseconds.max(12_000).default(0),
});

export const OUTAGE_KINDS = ['dark', 'refused', '503', '403'] as const;

/** A dependency that is away for a while. */
const Away = z.strictObject({
  of: anyDependency,
  /** Packets are dropped, nobody listens, or something in between answers. */
  kind: z.enum(OUTAGE_KINDS),
  /** Begins so many milliseconds after the scene did, or after that request. */
  from: milliseconds.default(0),
  /** Begins with the nth request, to whomever, in whose name all these words are, or right after it. */
  after: z.strictObject({ request: z.string(), nth: z.int().positive(), itself: z.boolean() }).optional(),
  lasts: milliseconds,
  /** Only writes meet it. */
  readable: z.boolean().optional(),
});

/** How the fleet file and the realm differ from the usual. */
const Setup = z.strictObject({
  /** The strategy is named, not found out. Two clients always are. */
  named: z.boolean().default(false),
  /** Whose previous secrets the realm's policy keeps. @default - those with the marker, with `dual-secret` only */
  policy: z.enum(['marked', 'any-client']).optional(),
  grace: z.enum(['PT0S', 'PT12H', 'P14D']).default('PT12H'),
  firstRun: z.enum(['adopt', 'renew']).default('adopt'),
  /** Whether the scene lies in a freeze, or half a minute before one begins or ends. */
  freeze: z.enum(['covers', 'begins', 'ends']).optional(),
  /** A second client has sections in the same configurations, and a credential of its own. */
  second: z.boolean().default(false),
  /** For so many milliseconds after the first write to a configuration, others write it as well, each time before ours. */
  crowd: milliseconds.max(400).default(0),
});

/** Everything that decides how a scene goes: played again, it goes the same way. */
export const Script = z.strictObject({
  strategy: z.enum(STRATEGIES),
  renewal: z.enum(MAKERS),
  native: z.boolean().default(false),
  /** There is a connector more, into which a person enters the secret. */
  desk: z.boolean().default(false),
  /** So many of its connectors, from the first one on, are reached by an agent. */
  line: z.int().min(0).max(5).default(0),
  /** What goes wrong at that agent, and on the way to it. */
  agent: AgentScene.prefault({}),
  start: z.enum(STARTS).default('rest'),
  connectors: z.int().min(1).max(5).default(1),
  events: z.array(z.strictObject({ at: milliseconds, do: z.enum([...TRIGGERED, ...ALL_DEEDS]) })),
  faults: z.array(PlannedFault).default([]),
  turns: z.array(z.int().nonnegative()).default([]),
  /** Plays the next scheduled run in any case, not only where something is left to it. */
  nextRun: z.boolean().default(false),
  setup: Setup.prefault({}),
  latency: z.array(Latency).default([]),
  weather: z.array(Away).default([]),
  /** How far the second node of the IAM lags behind, in milliseconds; 0 means that there is one node. */
  lag: milliseconds.max(500).default(0),
  /** How old what Secrets Manager answers to reads is, and whether that is so of each or of every second one. */
  stale: z.strictObject({ ms: milliseconds.max(3000), every: z.int().min(1).max(2) }).optional(),
  /** By how much the clocks of the processes are ahead, one after the other and again from the first. */
  clocks: z.array(z.int().min(-300_000).max(300_000)).default([]),
  /** How many calls a second Secrets Manager takes; 0 means any number. */
  quota: z.int().nonnegative().default(0),
  /** How many versions less than a day old the secret begins with, at least. */
  versions: z.int().nonnegative().max(100).default(0),
  /** Drawn ids begin with the same eight characters. */
  sharedIds: z.boolean().default(false),
  judge: z.array(z.enum(JUDGEMENTS)).default(() => judgementsIn(NEW_DIMENSIONS)),
});

export type Script = z.infer<typeof Script>;

export type Triggered = (typeof TRIGGERED)[number];

export type Deed = (typeof ALL_DEEDS)[number];

/** Whether a person or a mishap has a part in it: then an outage may be theirs. */
export function hasDeed({ events, faults, start, strategy, setup }: Script): boolean {
  // With an IAM that keeps the previous secret, none of these refuses anything yet; unless midnight is waited for, when a grace is over.
  const over = setup.grace === 'PT0S' || setup.freeze === 'begins' || setup.freeze === 'ends';
  const harmless: Script['start'][] = over
    ? []
    : strategy === 'dual-secret'
      ? ['foreign', 'behind']
      : strategy === 'in-place'
        ? []
        : ['behind'];
  const begun = ['foreign', 'behind', 'restored', 'expired'].includes(start) && !harmless.includes(start);
  return begun || events.some((event) => isDeed(event.do)) || faults.some(({ fault }) => fault === 'distorted');
}

export function isDeed(name: string): name is Deed {
  return (ALL_DEEDS as readonly string[]).includes(name);
}
