import type { Task } from '../../ports/tasks.ts';

/** What a person does about a task, one sentence a step, in the order in which the vendor's pages ask for it. */
export function stepsOf({ kind, connector, versionId }: Task, credential: string): readonly string[] {
  switch (kind) {
    case 'enter-secret':
      return [
        `Read the current value of the credential's secret (${credential}) with your own access.`,
        `Open the configuration '${connector}' on the page of the OData connector.`,
        'Under Design time enter Access Token URL, Client ID, Client Secret and Scopes, in this order.',
        'Enter the same four values under Runtime, unless Runtime copies Design time.',
        'Save the configuration and let it load the projections.',
        `Acknowledge version ${versionId} of connector '${connector}'.`,
      ];
    case 'submit-secret':
      return [
        `Open the IAM client of ${credential} in IFS Cloud: of two clients the one that is not in use.`,
        'Refresh its secret. From then on the IAM refuses the one before.',
        `Put the new secret into the inbox of ${credential} at once.`,
        `Rotate ${credential}: the rotator checks the secret, stores it and gives it to the connectors.`,
      ];
    case 'end-former-secret':
      return [
        `Open the IAM client of ${credential} that is no longer in use.`,
        'Refresh its secret, and keep the new one nowhere: nobody needs it.',
        'Nothing else is to be done: the rotator sees that the IAM refuses the former secret.',
      ];
  }
}
