import { cp, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { provide } from '../programs/cache.ts';
import { freePorts } from '../programs/free-ports.ts';
import type { GuardedFolder } from '../programs/guarded-folder.ts';
import { missingFor, UnavailableError, unpacker } from '../programs/prerequisites.ts';
import { buildCommand, launch } from './launch.ts';
import type { KeycloakRelease } from './releases.ts';

/**
 * The built distribution with a database template, from the cache or made now: a download of 170 MB and about a minute.
 *
 * @returns a folder with `keycloak/`, never written to again, and `data/`, which each server copies
 * @throws {UnavailableError} when this machine lacks something or the download fails
 */
export async function provideKeycloak(release: KeycloakRelease, onProgress: (line: string) => void): Promise<string> {
  return await provide(`keycloak-${release.version}`, (folder) => build(folder, release, onProgress));
}

async function build(
  folder: GuardedFolder,
  release: KeycloakRelease,
  onProgress: (line: string) => void,
): Promise<void> {
  const { version } = release;
  const missing = missingFor('keycloak');
  if (missing) throw new UnavailableError(missing);
  onProgress(`Keycloak ${version}: downloading 170 MB (once)`);
  await download(folder, version);
  onProgress(`Keycloak ${version}: building (once)`);
  await rename(join(folder.path, `keycloak-${version}`), join(folder.path, 'keycloak'));
  await mkdir(join(folder.path, 'keycloak', 'data'));
  await folder.run(buildCommand(release, join(folder.path, 'keycloak')));
  onProgress(`Keycloak ${version}: making its database (once)`);
  await makeDatabase(folder, release);
}

async function download(folder: GuardedFolder, version: string): Promise<void> {
  const flags = ['-q', '-B', '-Dstyle.color=never'];
  const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`;
  const args = [...flags, 'dependency:copy', `-Dartifact=${artifact}`, '-DoutputDirectory=.'];
  const [program = '', ...unpack] = unpacker(process.env)?.(`keycloak-quarkus-dist-${version}.zip`) ?? [];
  try {
    await folder.run({ program: 'mvn', args, env: process.env });
    await folder.run({ program, args: unpack, env: process.env });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new UnavailableError(`Keycloak could not be downloaded (check that Maven reaches a repository): ${reason}`);
  }
  await rm(join(folder.path, `keycloak-quarkus-dist-${version}.zip`));
}

async function makeDatabase(folder: GuardedFolder, release: KeycloakRelease): Promise<void> {
  const home = join(folder.path, 'keycloak');
  const [http = 0, management = 0] = await freePorts(2);
  const server = await launch(folder, { release, home, ports: { http, management }, bootstrap: true });
  await server.stop();
  await rename(join(home, 'data'), join(folder.path, 'data'));
}

/** Makes a Keycloak home that shares everything with the distribution except its data, and needs 2 MB. */
export async function layOut(distribution: string, home: string): Promise<void> {
  const shared = join(distribution, 'keycloak');
  await mkdir(join(home, 'bin'), { recursive: true });
  // The start script takes the folder above its own, links followed, as the home: so the script itself is a copy.
  await cp(join(shared, 'bin', 'kc.sh'), join(home, 'bin', 'kc.sh'));
  await link(shared, home, ['lib', 'conf', 'providers', 'themes', 'version.txt']);
  await cp(join(distribution, 'data'), join(home, 'data'), { recursive: true });
}

/** Builds anew with what only a build can change: in copies of the 3 MB that a build writes, since others use the distribution. */
export async function buildAnew(
  folder: GuardedFolder,
  { release, home, distribution }: { release: KeycloakRelease; home: string; distribution: string },
): Promise<void> {
  const shared = join(distribution, 'keycloak', 'lib');
  const lib = join(home, 'lib');
  await rm(lib);
  await mkdir(lib);
  const written = (name: string) => name.startsWith('quarkus');
  const names = await readdir(shared);
  await link(
    shared,
    lib,
    names.filter((name) => !written(name)),
  );
  for (const name of names.filter(written)) await cp(join(shared, name), join(lib, name), { recursive: true });
  await folder.run(buildCommand(release, home, { clientCertificates: true }));
}

async function link(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of names) await symlink(join(from, name), join(to, name));
}
