import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../../../functions/lambda/surroundings/environment.ts';

const VARIABLES = {
  PREFIX: 'csr',
  FUNCTION_TIMEOUT: 'PT90S',
  HTTP_TIMEOUT: 'PT10S',
  SCHEDULE_GROUP: 'csr',
  ONCE_GROUP: 'csr-once',
  SCHEDULER_ROLE_ARN: 'arn:role',
  DLQ_ARN: 'arn:dlq',
  TABLE_NAME: 'csr',
  ROTATE_FUNCTION_ARN: 'arn:rotate',
  RETIRE_FUNCTION_ARN: 'arn:retire',
};

describe('readEnvironment', () => {
  it('makes the lease of the function time-out and the HTTP time-out', () => {
    expect(readEnvironment(VARIABLES).timing).toEqual({
      leaseMs: 100_000,
      httpTimeoutMs: 10_000,
    });
  });

  it('splits the allowed hosts, where there is a list', () => {
    const hostsIn = (ALLOWED_HOSTS: string) => readEnvironment({ ...VARIABLES, ALLOWED_HOSTS }).ALLOWED_HOSTS;
    expect(readEnvironment(VARIABLES).ALLOWED_HOSTS).toBeUndefined();
    expect(hostsIn('acme.example.com,*.flow.example.com')).toEqual(['acme.example.com', '*.flow.example.com']);
    expect(hostsIn('')).toEqual([]);
  });

  it('is local only when that is said in so many letters', () => {
    expect(readEnvironment(VARIABLES).local).toBe(false);
    expect(readEnvironment({ ...VARIABLES, LOCAL: 'true' }).local).toBe(true);
    for (const LOCAL of ['1', 'yes', 'false', '']) expect(() => readEnvironment({ ...VARIABLES, LOCAL })).toThrow();
  });

  it.each(Object.keys(VARIABLES))('needs %s', (name) => {
    expect(() => readEnvironment({ ...VARIABLES, [name]: undefined })).toThrow(name);
  });

  it('refuses a duration that is none', () => {
    expect(() => readEnvironment({ ...VARIABLES, HTTP_TIMEOUT: '10s' })).toThrow('HTTP_TIMEOUT');
  });
});
