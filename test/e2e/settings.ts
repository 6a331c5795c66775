import { GetScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { TagResourceCommand } from '@aws-sdk/client-secrets-manager';
import { PIN_TAG, settingsPin } from '../../functions/credential/events/pin.ts';
import type { Credential, KeycloakSettings } from '../../functions/credential/settings/credential.ts';
import type { Stage } from './stage.ts';

/** Settings as they lie in a schedule. */
type Settings = Pick<Credential, 'clientId' | 'connectors'> & { readonly iam: KeycloakSettings };

/** Parts of the settings that take the place of the deployed ones. */
export interface SettingsChange {
  readonly clientId?: string;
  /** Where the IAM's admin API and the rotator's token requests go. */
  readonly iam?: { readonly adminUrl: string; readonly accessTokenUrl: string };
  readonly rotatorId?: string;
  /** The key with which the rotator signs in, where it does. */
  readonly kmsKeyId?: string;
  readonly connectorUrl?: string;
  /** The access secret that is written, where one is. */
  readonly writes?: string;
  /** Whether Secrets Manager's own rotation has it. */
  readonly native?: boolean;
}

/** Replaces the settings in a credential's schedule, and their digest, as the next deployment of another fleet file would. */
export async function changeSettings(stage: Stage, id: string, change: SettingsChange): Promise<void> {
  const { Name, GroupName, ScheduleExpression, FlexibleTimeWindow, Target } = await stage.scheduler.send(
    new GetScheduleCommand({ Name: id, GroupName: stage.prefix }),
  );
  if (!Target) throw new Error(`the schedule ${id} has no target`);
  const input = JSON.parse(Target.Input ?? '') as { credential: Settings };
  const credential = changed(input.credential, change);
  const Input = JSON.stringify({ ...input, credential });
  const Tags = [{ Key: PIN_TAG, Value: settingsPin(credential) }];
  await stage.secretsManager.send(new TagResourceCommand({ SecretId: `${stage.prefix}/${id}`, Tags }));
  const same = { Name, GroupName, ScheduleExpression, FlexibleTimeWindow };
  await stage.scheduler.send(new UpdateScheduleCommand({ ...same, Target: { ...Target, Input } }));
}

function changed(settings: Settings, change: SettingsChange) {
  const { clientId, iam, rotatorId, kmsKeyId, connectorUrl, writes, native } = change;
  return {
    ...settings,
    ...(clientId ? { clientId } : {}),
    ...(native ? { native } : {}),
    iam: {
      ...settings.iam,
      ...(iam ? { adminUrl: iam.adminUrl } : {}),
      auth: {
        ...settings.iam.auth,
        ...(iam ? { accessTokenUrl: iam.accessTokenUrl } : {}),
        ...(rotatorId ? { clientId: rotatorId } : {}),
        ...(kmsKeyId ? { kmsKeyId } : {}),
      },
    },
    connectors: settings.connectors.map((one) => ({
      ...one,
      ...(connectorUrl ? { url: connectorUrl } : {}),
      ...(writes ? { secretId: writes } : {}),
    })),
  };
}
