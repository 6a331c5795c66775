import type { Credential } from '../../../../../cli/console/page/model/answers.ts';

/** A credential in order, with what a case changes. */
export function credentialWith(change: Partial<Credential> = {}): Credential {
  return {
    id: 'acme-prod',
    clientId: 'NC_Flow',
    iam: 'keycloak',
    strategy: 'auto',
    versionId: 'v2',
    rotatedAt: '2026-03-01T03:00:00.000Z',
    ageDays: 7,
    maxAge: 'P90D',
    lastRun: null,
    pending: false,
    schedule: { expression: 'cron(0 3 ? * SUN *)', timezone: 'Europe/Stockholm', state: 'ENABLED' },
    connectors: [{ name: 'IFS Production', via: 'https', proof: null }],
    tasks: [],
    ...change,
  };
}
