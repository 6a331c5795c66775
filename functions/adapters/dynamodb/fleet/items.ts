import * as z from 'zod';
import { FleetRequest } from '../../../credential/events/fleet-rotation.ts';
import { FLEET_OUTCOMES, type FleetOutcome } from '../../../credential/outcome.ts';
import type {
  FleetEnd,
  FleetFault,
  FleetHead,
  FleetItem,
  FleetOrigin,
  FleetPlace,
  FleetWave,
} from '../../../ports/many/records.ts';
import type { Item } from '../items.ts';

/** For how long a fleet rotation is known, in seconds. */
const KEPT_S = 400 * 86_400;

const date = z.iso.datetime().transform((text) => new Date(text));
const json = <T>(schema: z.ZodType<T>) =>
  z.object({ S: z.string().transform(tryJson).pipe(schema) }).transform(({ S }) => S);
const time = z.object({ S: date }).transform(({ S }) => S);
const text = z.object({ S: z.string() }).transform(({ S }) => S);
const number = z.object({ N: z.coerce.number() }).transform(({ N }) => N);

/** Codes and outcomes are ours: those that an older release wrote are shown as they are. */
const Fault = z.custom<FleetFault>(
  (value) => z.object({ code: z.string(), detail: z.string() }).safeParse(value).success,
);
const End = z.custom<FleetEnd>(
  (value) => z.object({ requestId: z.string(), failed: z.boolean() }).safeParse(value).success,
);
const Waves = z.array(z.object({ name: z.string(), total: z.int(), tolerated: z.int() })) satisfies z.ZodType<
  FleetWave[]
>;
const Stopped = z.object({ by: z.string(), at: date });
const Ended = z.object({
  outcome: z.enum(Object.keys(FLEET_OUTCOMES) as [FleetOutcome, ...FleetOutcome[]]),
  at: date,
  manifest: z.string().exactOptional(),
  counts: z.object({ done: z.int(), failed: z.int(), waiting: z.int() }).exactOptional(),
});

const HeadItem = z.object({
  executionId: text,
  request: json(FleetRequest),
  requestedBy: text,
  requestedAt: time,
  waves: json(Waves).exactOptional(),
  stopped: json(Stopped).exactOptional(),
  ended: json(Ended).exactOptional(),
});

const ItemItem = z.object({
  credential: text,
  wave: number,
  expected: json(Fault).exactOptional(),
  begunAt: time.exactOptional(),
  end: json(End).exactOptional(),
});

const PlaceItem = z.object({ executionId: text, takenAt: time });
const ListedItem = z.object({ executionId: text });

/** The attributes of the place, beside its key. */
export function placeItem({ executionId, takenAt }: FleetPlace): Item {
  return { executionId: { S: executionId }, takenAt: { S: takenAt.toISOString() }, expiresAt: expiry(takenAt) };
}

/** The attributes of one that is listed, beside its key. */
export function listedItem({ executionId, requestedAt }: FleetOrigin): Item {
  return { executionId: { S: executionId }, expiresAt: expiry(requestedAt) };
}

/** @returns undefined for an item of another form */
export function readPlace(item: Item): FleetPlace | undefined {
  return PlaceItem.safeParse(item).data;
}

/** @returns the id of a fleet rotation; undefined for an item of another form */
export function readListed(item: Item): string | undefined {
  return ListedItem.safeParse(item).data?.executionId;
}

/** The attributes of a request, beside its key. */
export function originItem({ executionId, request, requestedBy, requestedAt }: FleetOrigin): Item {
  return {
    executionId: { S: executionId },
    request: jsonItem(request),
    requestedBy: { S: requestedBy },
    requestedAt: { S: requestedAt.toISOString() },
    expiresAt: expiry(requestedAt),
  };
}

/** The attributes of a credential that is chosen, beside its key. */
export function chosenItem({ credential, wave, expected }: FleetItem, requestedAt: Date): Item {
  return {
    credential: { S: credential },
    wave: { N: String(wave) },
    ...(expected && { expected: jsonItem(expected) }),
    expiresAt: expiry(requestedAt),
  };
}

/** @returns undefined for an item of another form */
export function readHead(item: Item): FleetHead | undefined {
  return HeadItem.safeParse(item).data;
}

/** @returns undefined for an item of another form */
export function readItem(item: Item): FleetItem | undefined {
  return ItemItem.safeParse(item).data;
}

/** Any JSON as an attribute. */
export function jsonItem(value: unknown) {
  return { S: JSON.stringify(value) };
}

function expiry(requestedAt: Date) {
  return { N: String(Math.floor(requestedAt.getTime() / 1000) + KEPT_S) };
}

function tryJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
