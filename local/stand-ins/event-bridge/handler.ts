import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Handler } from '../serve.ts';

/** An event that was published. */
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  /** The parsed JSON. */
  readonly detail: unknown;
}

// The constraints of the API reference. A member that this part doesn't know is refused rather than ignored.
const PutEvents = z.strictObject({
  Entries: z
    .array(
      z.strictObject({
        Source: z.string().min(1),
        DetailType: z.string().min(1).max(128),
        Detail: z.string().max(262_144),
      }),
    )
    .min(1)
    .max(10),
});

/**
 * The default bus of an EventBridge, without rules: it hands events on to a listener. An event whose detail is no JSON object is
 * counted as failed, as it is by EventBridge. Signatures are not checked.
 *
 * @see [PutEvents](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html)
 */
export function eventBridgeHandler(onEvent: (event: BusEvent) => void): Handler {
  return async (request) => {
    const operation = (request.headers.get('x-amz-target') ?? '').replace(/^AWSEvents\./, '');
    if (operation !== 'PutEvents') {
      return refuse('UnknownOperationException', `The operation '${operation}' is not available here.`);
    }
    const input = PutEvents.safeParse(jsonOf(await request.text()));
    if (!input.success) return refuse('ValidationException', 'The request is not valid.');
    const Entries = input.data.Entries.map((entry) => publish(entry, onEvent));
    return answer({ FailedEntryCount: Entries.filter((one) => 'ErrorCode' in one).length, Entries });
  };
}

type Entry = z.infer<typeof PutEvents>['Entries'][number];

function publish({ Source: source, DetailType: detailType, Detail }: Entry, onEvent: (event: BusEvent) => void) {
  const detail = jsonOf(Detail);
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  onEvent({ source, detailType, detail });
  return { EventId: randomUUID() };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuse(type: string, message: string): Response {
  return answer({ __type: type, message }, 400);
}

function answer(body: object, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/x-amz-json-1.1' } });
}
