import { AwsClient } from 'aws4fetch';
import type { Handler } from '../stand-ins/serve.ts';
import { ROOT_KEYS } from './ministack/users.ts';
import { forwardTo } from './secrets-manager-front/forward.ts';

/** More schedules than any fleet has. */
const ALL = 100_000;
/** What a page holds at most, and by default. */
const PAGE = 100;

/**
 * Stands before an emulator's Scheduler that gives a list's first page and knows no second one: here each page names the next, as
 * AWS's does. The list is read with the emulator's root keys, so whether the caller may list is not asked. Everything else is
 * forwarded as it came.
 *
 * @param options.target the emulator's origin
 * @see [ListSchedules](https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListSchedules.html)
 */
export function schedulerFront({ target, region }: { readonly target: string; readonly region: string }): Handler {
  const root = new AwsClient({ ...ROOT_KEYS, service: 'scheduler', region, retries: 0 });
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== 'GET' || pathname !== '/schedules') return await forwardTo(target, request);
    const from = Number(searchParams.get('NextToken') ?? 0);
    const length = Number(searchParams.get('MaxResults') ?? PAGE);
    const query = new URLSearchParams(searchParams);
    query.delete('NextToken');
    query.set('MaxResults', String(ALL));
    const answer = await root.fetch(`${target}/schedules?${query}`);
    if (!answer.ok) return answer;
    const { Schedules } = (await answer.json()) as { readonly Schedules: readonly object[] };
    const end = from + length;
    const more = end < Schedules.length;
    return Response.json({ Schedules: Schedules.slice(from, end), ...(more && { NextToken: String(end) }) });
  };
}
