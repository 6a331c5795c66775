import type * as z from 'zod';
import { toWire } from '../aws-json.ts';
import type { Handler } from '../serve.ts';
import { details, type Schedules } from './engine.ts';
import { SchedulerFault } from './errors.ts';
import { GroupBody, ListQuery, ScheduleBody, ScheduleName, ScheduleQuery } from './schemas.ts';

interface Received {
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

type Operation = (schedules: Schedules, received: Received) => unknown;

const operations = {
  CreateScheduleGroup: (schedules, { name, body }) => {
    check(GroupBody, body);
    return schedules.createGroup(check(ScheduleName, name));
  },
  CreateSchedule: (schedules, { name, body }) => schedules.create(check(ScheduleName, name), check(ScheduleBody, body)),
  UpdateSchedule: (schedules, { name, body }) => schedules.update(check(ScheduleName, name), check(ScheduleBody, body)),
  GetSchedule: (schedules, { name, query }) => details(schedules.find(name, check(ScheduleQuery, query).groupName)),
  DeleteSchedule: (schedules, { name, query }) => {
    schedules.delete(schedules.find(name, check(ScheduleQuery, query).groupName));
    return {};
  },
  ListSchedules: (schedules, { query }) => schedules.list(check(ListQuery, query)),
} satisfies Record<string, Operation>;

const ROUTES = {
  'POST /schedules/*': 'CreateSchedule',
  'PUT /schedules/*': 'UpdateSchedule',
  'GET /schedules/*': 'GetSchedule',
  'DELETE /schedules/*': 'DeleteSchedule',
  'GET /schedules': 'ListSchedules',
  'POST /schedule-groups/*': 'CreateScheduleGroup',
  'GET /schedule-groups/*': 'GetScheduleGroup',
  'DELETE /schedule-groups/*': 'DeleteScheduleGroup',
  'GET /schedule-groups': 'ListScheduleGroups',
  'POST /tags/*': 'TagResource',
  'GET /tags/*': 'ListTagsForResource',
  'DELETE /tags/*': 'UntagResource',
} as const;

/** Speaks the REST-JSON of EventBridge Scheduler. Signatures are not checked. */
export function schedulerHandler(schedules: Schedules): Handler {
  return async (request) => {
    try {
      return Response.json(toWire(await perform(schedules, request)));
    } catch (error) {
      if (!(error instanceof SchedulerFault)) throw error;
      const headers = { 'x-amzn-errortype': error.type };
      return Response.json({ Message: error.message }, { status: error.status, headers });
    }
  };
}

async function perform(schedules: Schedules, request: Request): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url);
  const [, collection = '', ...rest] = pathname.split('/');
  const route = `${request.method} /${collection}${rest.length > 0 ? '/*' : ''}`;
  const operation = Object.hasOwn(ROUTES, route) ? ROUTES[route as keyof typeof ROUTES] : route;
  if (!Object.hasOwn(operations, operation)) {
    throw new SchedulerFault('UnknownOperationException', `The operation '${operation}' is not available here.`);
  }
  return operations[operation as keyof typeof operations](schedules, {
    name: decodeURIComponent(rest.join('/')),
    query: Object.fromEntries(searchParams),
    body: await bodyOf(request),
  });
}

async function bodyOf(request: Request): Promise<unknown> {
  try {
    return JSON.parse((await request.text()) || '{}');
  } catch {
    throw new SchedulerFault('ValidationException', 'The body is not JSON.');
  }
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SchedulerFault('ValidationException', [issue?.path.join('.'), issue?.message].filter(Boolean).join(': '));
}
