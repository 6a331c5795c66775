import { GetScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { configurationOf, MEMBERS, type Member, OWN_ROTATOR } from './fleet.ts';
import type { PartnerStand } from './stand.ts';

/** Something that a customer, or somebody at a customer's, has done. */
interface Fault {
  readonly id: string;
  /** How a rotation refuses. */
  readonly code: string;
  readonly make: (member: Member, stand: PartnerStand) => Promise<void>;
}

/** Five credentials that can't be rotated, each for another reason. */
export const FAULTS: readonly Fault[] = [
  { id: 'customer-03-flow-04', code: 'client-not-found', make: deleteClient },
  { id: 'customer-11-flow-07', code: 'client-not-usable', make: disableClient },
  { id: 'customer-19-flow-03', code: 'section-not-found', make: enterAnotherClient },
  { id: 'customer-28-flow-10', code: 'iam-unauthorized', make: changeRotator },
  { id: 'customer-36-flow-05', code: 'settings-invalid', make: changeSchedule },
];

/** Does all of that. */
export async function makeFaults(stand: PartnerStand): Promise<void> {
  for (const { id, make } of FAULTS) {
    const member = MEMBERS.find((one) => one.id === id);
    if (!member) throw new Error(`${id} is not of the fleet`);
    await make(member, stand);
  }
}

async function deleteClient({ id, realm }: Member, { keycloak, provisioned }: PartnerStand): Promise<void> {
  await keycloak.api.clients.del({ realm, id: provisioned.get(id)?.uuid ?? '' });
}

async function disableClient({ id, realm }: Member, { keycloak, provisioned }: PartnerStand): Promise<void> {
  await keycloak.updateClient(realm, provisioned.get(id)?.uuid ?? '', { enabled: false });
}

async function enterAnotherClient(member: Member, { engine, keycloakUrl, provisioned }: PartnerStand): Promise<void> {
  const clientSecret = provisioned.get(member.id)?.clientSecret ?? '';
  engine.configure(member.id, configurationOf({ ...member, clientId: 'NC_Other' }, keycloakUrl, clientSecret));
}

/** The customer has given the rotator another secret, and nobody has told. */
async function changeRotator({ realm }: Member, { keycloak }: PartnerStand): Promise<void> {
  const [rotator] = await keycloak.api.clients.find({ realm, clientId: OWN_ROTATOR });
  await keycloak.updateClient(realm, rotator?.id ?? '', { secret: 'told-to-nobody' });
}

async function changeSchedule({ id }: Member, { scheduler, description }: PartnerStand): Promise<void> {
  const key = { Name: id, GroupName: description.secretPrefix };
  const { ScheduleExpression, FlexibleTimeWindow, Target } = await scheduler.send(new GetScheduleCommand(key));
  if (!Target?.Input) throw new Error(`the schedule ${id} has no input`);
  const Input = Target.Input.replace(`configurations/${id}"`, 'configurations/elsewhere"');
  await scheduler.send(
    new UpdateScheduleCommand({ ...key, ScheduleExpression, FlexibleTimeWindow, Target: { ...Target, Input } }),
  );
}
