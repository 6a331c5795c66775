import * as z from 'zod';
import { RotationError } from '../functions/credential/errors.ts';
import {
  type DetailType,
  detailOf,
  detailSchema,
  type PublishedEvent,
} from '../functions/credential/published/vocabulary.ts';
import type { Events } from '../functions/ports/events.ts';
import type { Process } from './process.ts';

/** Secrets of a laboratory, as they are drawn, made or seeded. */
const SECRET = /secret-number-|keycloak-made-secret|the-secret-(that|of)|rotator-secret|a-person-/;

/** The bus of a laboratory: every event that a run publishes is compared with its schema as it would be received. */
export class Bus {
  /** What an event had in it that it must not, or lacked. */
  readonly faults: string[] = [];

  /** The bus as one process sees it. */
  seenBy(process: Process): Events {
    return {
      publish: (event, timeoutMs) =>
        process.io<void>({
          name: `events PutEvents ${event.detailType}`,
          timeoutMs,
          perform: async () => this.take(event),
          fail: () => {
            throw new RotationError('events-unavailable', 'the bus does not answer');
          },
        }),
    };
  }

  /** Takes what a function publishes when its run is over: no request of the run is after that. */
  take(event: PublishedEvent | undefined): void {
    if (event) this.faults.push(...faultsOf(event).map((fault) => `the event ${event.detailType} ${fault}`));
  }
}

function faultsOf(event: PublishedEvent): string[] {
  let text: string;
  try {
    text = JSON.stringify(detailOf(event, 'csr'));
  } catch (error) {
    return [`could not be put together: ${(error as Error).message}`];
  }
  const { error } = schemaOf(event.detailType).safeParse(JSON.parse(text));
  return [
    ...(error?.issues.map(({ path, message }) => `has a wrong ${path.join('.')}: ${message}`) ?? []),
    ...(SECRET.test(text) ? ['tells a secret'] : []),
    ...Object.values<string>(JSON.parse(text).message).flatMap((line) =>
      /^\S[^\n]*$/.test(line) ? [] : [`has a message that is no line: ${line}`],
    ),
  ];
}

const schemas = new Map<DetailType, z.ZodObject>();

function schemaOf(detailType: DetailType): z.ZodObject {
  const known = schemas.get(detailType) ?? z.strictObject(detailSchema(detailType).shape);
  schemas.set(detailType, known);
  return known;
}
