import { startTraffic, type Traffic } from '../../local/stand-ins/connector/traffic.ts';
import type { Member } from './fleet.ts';
import type { PartnerStand } from './stand.ts';

/** Of each connector: all of them together ask for some forty tokens a second. */
const RATE = 0.1;
/** A busy machine is no fault of a rotation. */
const PATIENT_MS = 60_000;

/** What the connectors got while they were rotated. */
export interface Served {
  readonly requests: number;
  readonly failed: number;
}

/** Lets each connector ask for tokens with its runtime secret. */
export function useAll(members: readonly Member[], { engine }: PartnerStand): { stop(): Promise<Served> } {
  const all: Traffic[] = members.map(({ id }) =>
    startTraffic({ section: () => engine.sectionOf(id, 'runtime'), rate: RATE, maxInFlight: 4, timeoutMs: PATIENT_MS }),
  );
  return {
    stop: async () => {
      await Promise.all(all.map((one) => one.stop()));
      const reports = all.map((one) => one.report());
      const sum = (key: 'requests' | 'failed') => reports.reduce((total, report) => total + report[key], 0);
      return { requests: sum('requests'), failed: sum('failed') };
    },
  };
}
