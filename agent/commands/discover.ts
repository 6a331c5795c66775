import { readFile } from 'node:fs/promises';
import { type Proposal, propose } from '../discover/propose.ts';
import { sight } from '../discover/search.ts';
import { changesBetween, takeSnapshot } from '../discover/snapshot.ts';
import { UsageError } from '../errors.ts';

/** What discovery asks and says. */
export interface DiscoverDeps {
  readonly print: (line: string) => void;
  /** Waits until the person has pressed Enter. */
  readonly waitForEnter: () => Promise<void>;
  /** A marker that stands nowhere yet. */
  readonly newMarker: () => string;
}

export interface DiscoverOptions {
  readonly clientId: string;
  readonly folder: string;
  /** A file with the marker. @default - a marker is drawn, and shown */
  readonly markerFile?: string | undefined;
}

const ENCRYPTED = `The secret is not in clear in any of these files: it is encrypted, or it lies elsewhere (a database, the registry).
No file adapter can write it. Ways that are left:
  - the command adapter, if the vendor has a tool or an interface that sets the secret;
  - a connector with "via": "manual": a person enters each new secret.`;

/**
 * Finds out where a connector keeps a secret: a person saves a marker in a TEST configuration, and what changed is looked through.
 *
 * @returns whether an adapter could be proposed
 * @throws {UsageError} when the folder or the marker's file can't be read
 */
export async function discover(
  { clientId, folder, markerFile }: DiscoverOptions,
  { print, waitForEnter, newMarker }: DiscoverDeps,
): Promise<boolean> {
  const marker = markerFile === undefined ? newMarker() : await markerIn(markerFile);
  const before = await takeSnapshot(folder);
  print(
    `${before.size} files in ${folder}. Use a TEST configuration: its secret is replaced by the marker, and stops working.`,
  );
  print(
    `In the connector's own admin page, give the client ${clientId} ${markerFile ? `the secret in ${markerFile}` : `this secret: ${marker}`}`,
  );
  print('Save it for Design time and for Runtime, then press Enter here.');
  await waitForEnter();
  const { changed, removed } = changesBetween(before, await takeSnapshot(folder));
  for (const file of removed) print(`removed  ${file}`);
  if (changed.length === 0)
    print('No file has changed. Name a higher folder, or the connector keeps its configuration elsewhere.');
  const proposals = await lookThrough(changed, { marker, clientId, print });
  for (const proposal of proposals) printProposal(proposal, print);
  if (proposals.length === 0) print(ENCRYPTED);
  return proposals.length > 0;
}

async function lookThrough(
  files: readonly string[],
  { marker, clientId, print }: { marker: string; clientId: string; print: (line: string) => void },
): Promise<Proposal[]> {
  const proposals: Proposal[] = [];
  for (const file of files) {
    const sighting = sight(await readFile(file).catch(() => Buffer.alloc(0)), marker);
    if (sighting?.kind !== 'clear') {
      print(
        `changed  ${file}: ${sighting ? `the marker is there ${sighting.how}; a file adapter can't write that` : 'the marker is not in it'}`,
      );
      continue;
    }
    const proposal = propose({ file, ...sighting }, { marker, clientId });
    print(
      `changed  ${file}: the marker is there in clear, ${sighting.encoding}${proposal ? `, at ${proposal.secrets.join(' and ')}` : ', within a longer value'}`,
    );
    if (proposal) proposals.push(proposal);
  }
  return proposals;
}

function printProposal({ adapter, open }: Proposal, print: (line: string) => void): void {
  print('\nProposed adapter, to be completed and looked at by a person:\n');
  print(`"adapter": ${JSON.stringify(adapter, null, 2)}\n`);
  for (const each of open) print(`open: ${each}`);
}

async function markerIn(path: string): Promise<string> {
  const marker = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (/^[\x21-\x7e]{12,}$/.test(marker)) return marker;
  throw new UsageError('--marker-file: give a file with at least 12 printable ASCII characters without blanks.');
}
