import { setTimeout as pause } from 'node:timers/promises';
import { startTraffic, type Traffic } from '../../local/stand-ins/connector/traffic.ts';
import type { Member } from './fleet.ts';
import type { PartnerStand } from './stand.ts';

/** Requests a second of each connector: all of them together ask for some seven tokens a second. */
const RATE = 0.02;
/** A busy machine is no fault of a rotation. */
const PATIENT_MS = 60_000;

/** What the connectors got while they were rotated. */
export interface Served {
  readonly requests: number;
  readonly failed: number;
}

/** Lets each connector ask for tokens with its runtime secret: each at another moment, so that they never ask all at once. */
export async function useAll(
  members: readonly Member[],
  { engine }: PartnerStand,
): Promise<{ stop(): Promise<Served> }> {
  const all: Traffic[] = [];
  for (const { id } of members) {
    const section = () => engine.sectionOf(id, 'runtime');
    all.push(startTraffic({ section, rate: RATE, maxInFlight: 4, timeoutMs: PATIENT_MS }));
    await pause(1000 / RATE / members.length);
  }
  return {
    stop: async () => {
      await Promise.all(all.map((one) => one.stop()));
      const reports = all.map((one) => one.report());
      const sum = (key: 'requests' | 'failed') => reports.reduce((total, report) => total + report[key], 0);
      return { requests: sum('requests'), failed: sum('failed') };
    },
  };
}
