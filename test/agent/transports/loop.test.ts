import { describe, expect, it } from '@jest/globals';
import type { Line, Received } from '../../../agent/transports/sqs/line.ts';
import { runLoop } from '../../../agent/transports/sqs/loop.ts';
import type { Addressed } from '../../../agent/transports/sqs/requests.ts';
import { linesOfLog } from '../support/agent.ts';

const REPLY: Addressed = {
  credential: 'acme-test',
  reply: { v: 1, id: '6f9b2f52-6c3e-4ad7-9b44-6a7f1d3a3c5e', host: 'host-id', status: 204 },
};

/** A line that gives one batch after the other, and ends the loop after the last. */
function setUp(batches: readonly (readonly string[] | Error)[], { replyFails = false } = {}) {
  const events: string[] = [];
  const pauses: number[] = [];
  const ending = new AbortController();
  const { log, lines } = linesOfLog();
  const rest = [...batches];
  const received = (body: string): Received => ({
    body,
    delete: async () => {
      events.push(`delete ${body}`);
    },
  });
  const line: Line = {
    receive: async () => {
      const batch = rest.shift();
      if (rest.length === 0) ending.abort();
      if (batch instanceof Error) throw batch;
      return (batch ?? []).map(received);
    },
    reply: async (credential) => {
      if (replyFails) throw Object.assign(new Error('secret text'), { name: 'QueueDoesNotExist' });
      events.push(`reply ${credential}`);
    },
  };
  const answer = async (body: string) => {
    events.push(`answer ${body}`);
    return body === 'dropped' ? undefined : REPLY;
  };
  const sleep = async (ms: number) => {
    pauses.push(ms);
  };
  const ended = runLoop({ line, answer, log, random: () => 1, sleep }, ending.signal);
  return { ended, events, pauses, lines };
}

describe('the loop of a line', () => {
  it('answers first, and takes the message off the queue then', async () => {
    const { ended, events } = setUp([['one'], []]);
    await ended;
    expect(events).toEqual(['answer one', 'reply acme-test', 'delete one']);
  });

  it('takes a message off the queue that gets no answer', async () => {
    const { ended, events } = setUp([['dropped'], []]);
    await ended;
    expect(events).toEqual(['answer dropped', 'delete dropped']);
  });

  it('leaves a message on the queue whose answer could not be sent, and goes on', async () => {
    const { ended, events, lines } = setUp([['one'], ['two'], []], { replyFails: true });
    await ended;
    expect(events).toEqual(['answer one', 'answer two']);
    expect(lines.join()).toContain('QueueDoesNotExist');
    expect(lines.join()).not.toContain('secret text');
  });

  it('outlasts an outage: it waits ever longer, up to a minute, and says when the line is back', async () => {
    const outage = Array.from({ length: 9 }, () => new Error('down'));
    const { ended, pauses, events, lines } = setUp([...outage, ['one'], []]);
    await ended;
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(events).toContain('delete one');
    expect(lines.at(-1)).toContain('line-restored');
  });

  it('carries what is under way to its end before it ends', async () => {
    const { ended, events } = setUp([['one', 'two', 'three']]);
    await ended;
    expect(events.filter((event) => event.startsWith('delete'))).toHaveLength(3);
  });
});
