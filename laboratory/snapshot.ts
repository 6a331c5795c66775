import { createHash } from 'node:crypto';
import type { Task } from '../functions/ports/tasks.ts';
import { type Configuration, type SectionName, sectionIn } from '../local/stand-ins/connector/configuration.ts';
import type { ConnectorEngine } from '../local/stand-ins/connector/engine.ts';
import type { Client } from '../local/stand-ins/iam/client.ts';
import type { IamEngine } from '../local/stand-ins/iam/engine.ts';
import { acceptsSecret } from '../local/stand-ins/iam/token-request.ts';
import type { SecretsManagerEngine } from '../local/stand-ins/secrets-manager/engine.ts';
import type { MemoryTasks } from '../local/stand-ins/table/tasks.ts';
import {
  CLIENT_ID,
  DESK,
  IDLE_CLIENT_ID,
  INBOX_ID,
  isDesk,
  REALM,
  SECOND_CLIENT_ID,
  SECOND_ID,
  SECRET_ID,
} from './parts.ts';

/** A client and its secret. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the engines hold at one moment: looked at directly, beside every fault. */
export interface Snapshot {
  readonly current: (Credentials & { readonly id: string }) | undefined;
  readonly previous: string | undefined;
  readonly pending: string | undefined;
  /** The current secret of each client, and whether the IAM accepts another one beside it. */
  readonly iam: Readonly<Record<string, { readonly secret: string; readonly rotated: string | undefined }>>;
  /** One for each section of ours in each connector. */
  readonly sections: readonly (Credentials & { readonly accepted: boolean; readonly place: string })[];
  /** What people are asked, where they have a part. */
  readonly asked?: Asked;
  /** What is stored beside an agent, whether or not it is loaded. */
  readonly stored?: readonly (Credentials & { readonly place: string })[];
}

/** What people are asked, and have said. */
interface Asked {
  readonly tasks: readonly Task[];
  /** Somebody was asked to enter the current secret, or has said that it was done. */
  readonly enter: boolean;
  /** Somebody is asked to refresh the secret in the IAM and to submit it. */
  readonly submit: boolean;
  /** Whether the current secret is accepted: where nobody can read the IAM, that is all that can be known. */
  readonly works: boolean;
  readonly readsIam: boolean;
}

/** The parts that are looked at. */
export interface Parts {
  readonly iam: IamEngine;
  readonly flow: ConnectorEngine;
  readonly secrets: SecretsManagerEngine;
  readonly names: readonly string[];
  /** Which credential is looked at. @default - the first */
  readonly subject?: Subject;
  /** What people are asked and say. @default - they have no part */
  readonly tasks?: MemoryTasks;
  /** What the files beside an agent hold. @default - no connector has one */
  readonly files?: Files;
}

/** The files beside an agent. */
export interface Files {
  readonly names: readonly string[];
  read(name: string): Configuration;
}

/** A credential: where its secret is kept, its clients, and its sections in each connector. */
export interface Subject {
  readonly secretId: string;
  readonly clientIds: readonly string[];
  readonly sections: readonly SectionName[];
}

const FIRST: Subject = {
  secretId: SECRET_ID,
  clientIds: [CLIENT_ID, IDLE_CLIENT_ID],
  sections: ['designTime', 'runtime', 'machineUsers.anna'],
};

/** The second credential that has a section in the same configurations. */
export const SECOND: Subject = {
  secretId: `csr/${SECOND_ID}`,
  clientIds: [SECOND_CLIENT_ID],
  sections: ['machineUsers.carl'],
};

export function snapshot(parts: Parts): Snapshot {
  return {
    ...secretsIn(parts),
    sections: sectionsOf(parts),
    ...(parts.tasks && { asked: askedOf(parts, parts.tasks, secretOf(parts).labels.get('AWSCURRENT')) }),
    ...(parts.files && { stored: storedIn(parts, parts.files) }),
  };
}

/** The part of a snapshot that is looked at after every request: no connector, no file, no person. */
export function secretsIn(parts: Parts): Pick<Snapshot, 'current' | 'previous' | 'pending' | 'iam'> {
  const { labels } = secretOf(parts);
  const id = labels.get('AWSCURRENT');
  const document = id === undefined ? undefined : documentIn(parts, id);
  return {
    current: id !== undefined && document ? { ...document, id } : undefined,
    previous: labels.get('AWSPREVIOUS'),
    pending: labels.get('AWSPENDING'),
    iam: Object.fromEntries(subjectOf(parts).clientIds.map((clientId) => [clientId, secretsOf(parts, clientId)])),
  };
}

function storedIn(parts: Parts, files: Files): NonNullable<Snapshot['stored']> {
  return files.names.flatMap((name) => {
    const whole = wholeIn(files, name);
    return subjectOf(parts).sections.map((section) => {
      const { clientId = '', clientSecret = '' } = (whole && sectionIn(whole, section)) ?? {};
      return { clientId, clientSecret, place: `${name} ${section} (stored)` };
    });
  });
}

/** @returns undefined when the file is torn */
function wholeIn(files: Files, name: string): Configuration | undefined {
  try {
    return files.read(name);
  } catch {
    return undefined;
  }
}

function askedOf(parts: Parts, { list }: MemoryTasks, currentId = ''): Asked {
  const { tasks, acknowledgements } = list;
  const isOpen = (wanted: Task['kind']) =>
    tasks.some(({ kind, versionId }) => kind === wanted && versionId === currentId);
  const document = documentIn(parts, currentId);
  const works = document !== undefined && accepts(parts, document);
  // A version that repeats the document before it is entered already.
  const current = JSON.stringify(document);
  const isSaid = acknowledgements.some(({ versionId }) => JSON.stringify(documentIn(parts, versionId)) === current);
  return {
    tasks,
    enter: isOpen('enter-secret') || isSaid,
    submit: isOpen('submit-secret'),
    works,
    readsIam: !parts.secrets.store.secrets.has(INBOX_ID),
  };
}

/** What lies in the inbox, as it was put there; undefined without one, and when it is empty. */
export function inboxIn({ secrets }: Parts): string | undefined {
  const inbox = secrets.store.secrets.get(INBOX_ID);
  const text = inbox?.versions.get(inbox.labels.get('AWSCURRENT') ?? '')?.value?.SecretString;
  return text === '{}' ? undefined : text;
}

/** The sections of ours, and whether what they hold gets a token at this moment. */
export function sectionsOf(parts: Parts): Snapshot['sections'] {
  return parts.names.flatMap((name) =>
    subjectOf(parts).sections.map((section) => {
      const { clientId, clientSecret = '' } = parts.flow.sectionOf(name, section);
      return {
        clientId,
        clientSecret,
        accepted: accepts(parts, { clientId, clientSecret }),
        place: `${name} ${section}`,
      };
    }),
  );
}

/** Whether the IAM would give a token for this now. */
export function accepts(parts: Parts, { clientId, clientSecret }: Credentials): boolean {
  const client = clientOf(parts, clientId);
  return client !== undefined && acceptsSecret(client, clientSecret, parts.iam.nowSeconds);
}

/** Whether nothing can be told of a secret: its client is switched off, and only token requests tell what such an IAM holds. */
export function isBlind(parts: Parts, { asked }: Snapshot, { clientId }: Credentials): boolean {
  return asked?.readsIam === false && clientOf(parts, clientId)?.enabled === false;
}

/** The client as the engine keeps it: not to be changed. */
export function clientOf({ iam }: Parts, clientId: string): Client | undefined {
  for (const client of iam.realm(REALM).clients.values()) if (client.clientId === clientId) return client;
  return undefined;
}

function secretsOf(parts: Parts, clientId: string) {
  const client = clientOf(parts, clientId);
  const rotated = client?.attributes['client.secret.rotated'];
  // A page that was saved late may leave the current secret there as well: that is no other one.
  const isOther = rotated !== undefined && rotated !== client?.secret;
  const works = isOther && accepts(parts, { clientId, clientSecret: rotated });
  return { secret: client?.secret ?? '', rotated: works ? rotated : undefined };
}

function subjectOf({ subject = FIRST }: Parts): Subject {
  return subject;
}

function secretOf({ secrets, subject = FIRST }: Parts) {
  const secret = secrets.store.secrets.get(subject.secretId);
  if (!secret) throw new Error('the secret is gone');
  return secret;
}

/** When a version was made, in milliseconds since 1970; as late as can be when there is none. */
export function madeAt(parts: Parts, versionId: string): number {
  return secretOf(parts).versions.get(versionId)?.createdDate.getTime() ?? Number.POSITIVE_INFINITY;
}

/** When the labels were moved last, in milliseconds since 1970. */
export function changedAt(parts: Parts): number {
  return secretOf(parts).lastChangedDate.getTime();
}

/** The document in a version; undefined when it holds none. */
export function documentIn(parts: Parts, versionId: string): Credentials | undefined {
  const text = secretOf(parts).versions.get(versionId)?.value?.SecretString;
  const value = parsed(text) as Partial<Credentials>;
  const { clientId, clientSecret } = value;
  return clientId !== undefined && clientSecret !== undefined ? { clientId, clientSecret } : undefined;
}

/** What the version says that it is: `candidate`, or the intent's format. */
export function kindOf(parts: Parts, versionId: string | undefined): string | undefined {
  if (versionId === undefined) return undefined;
  const text = secretOf(parts).versions.get(versionId)?.value?.SecretString;
  if (!text) return 'empty';
  return (parsed(text) as { format?: string }).format ?? 'candidate';
}

/** What is not JSON has no members. */
function parsed(text = '{}'): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}

/** Whether some version of the secret, labelled or not, holds this. */
export function isStored(parts: Parts, { clientId, clientSecret }: Credentials): boolean {
  for (const { value } of secretOf(parts).versions.values()) {
    const text = value?.SecretString;
    if (text?.includes(JSON.stringify(clientSecret)) && text.includes(JSON.stringify(clientId))) return true;
  }
  return false;
}

/** A secret's name in a message: nobody can log in with it. */
export function nickname(secret: string | undefined): string {
  return secret === undefined ? 'none' : `#${createHash('sha256').update(secret).digest('hex').slice(0, 4)}`;
}

/** Why the credential is not at rest everywhere, but for what a person was asked to do; nothing when it is. */
export function discord({ current, pending, iam, sections: all, asked, stored = [] }: Snapshot): string[] {
  if (!current) return asked?.submit ? [] : ['no document is current'];
  const known = asked && !asked.readsIam && asked.works;
  const held = known ? current.clientSecret : iam[current.clientId]?.secret;
  // Only a person knows what the IAM holds.
  if (asked?.submit && !asked.works)
    return pending === undefined || pending === current.id ? [] : ['AWSPENDING stands'];
  const sections = asked ? all.filter(({ place }) => !isDesk(place)) : all;
  const isForgotten = sections.length < all.length && !asked?.enter;
  const strangers = [...sections, ...stored].filter(
    (one) => one.clientId !== current.clientId || one.clientSecret !== current.clientSecret,
  );
  return [
    ...(pending === undefined ? [] : ['AWSPENDING stands']),
    ...(held === current.clientSecret
      ? []
      : [`the IAM holds ${nickname(held)}, AWSCURRENT ${nickname(current.clientSecret)}`]),
    ...strangers.map(({ place, clientSecret }) => `${place} holds ${nickname(clientSecret)}`),
    ...sections.filter(({ accepted }) => !accepted).map(({ place }) => `what ${place} holds is refused`),
    ...(isForgotten ? [`nobody was asked to enter the current secret in ${DESK}`] : []),
  ];
}

/** The same, where people have done everything that they were asked to. */
export function discordAfterAll(parts: Parts): string[] {
  const { asked, ...seen } = snapshot(parts);
  const open = asked?.tasks.map(({ kind }) => `${kind} is asked for`) ?? [];
  const { current, iam } = seen;
  // What was refreshed and never submitted is a secret that only a person knows.
  const known = asked && !asked.readsIam && asked.works && current;
  const held = known ? { ...iam, [current.clientId]: { secret: current.clientSecret, rotated: undefined } } : iam;
  return [
    ...discord({ ...seen, iam: held }),
    ...open,
    ...(inboxIn(parts) === undefined ? [] : ['something lies in the inbox']),
  ];
}
