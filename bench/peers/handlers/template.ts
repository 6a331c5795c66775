import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Credential } from '../../../functions/credential/settings/credential.ts';
import { type StepEvent, takeTemplateStep } from '../template.ts';

/** The completed template as a function. */
export const handler = async ({ credential, step }: { credential: Credential; step: StepEvent }): Promise<void> => {
  await takeTemplateStep({ newClient: () => new SecretsManagerClient({}), fetch, credential }, step);
};
