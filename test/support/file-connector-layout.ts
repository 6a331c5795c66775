import type { Section } from '../../local/stand-ins/connector/configuration.ts';

/** The sections of a file, by the words of its layout. */
const SECTIONS = { designTime: 'design', runtime: 'run' } as const;

/** The adapter with which an agent reads and writes {@link fileOf}. */
export function adapterFor(file: string): object {
  const places = (section: string) => ({
    accessTokenUrl: `/connection/${section}/token_url`,
    clientId: `/connection/${section}/client_id`,
    clientSecret: `/connection/${section}/client_secret`,
    scopes: `/connection/${section}/scope`,
  });
  const sections = Object.fromEntries(Object.entries(SECTIONS).map(([name, word]) => [name, places(word)]));
  return { type: 'json', file, sections };
}

/** The whole file with one secret in both sections: what a write may not leave otherwise. */
export function fileOf({ accessTokenUrl, clientId, clientSecret, scopes }: Omit<Section, 'flowType'>): string {
  const section = { token_url: accessTokenUrl, client_id: clientId, client_secret: clientSecret, scope: scopes };
  const connection = { [SECTIONS.designTime]: section, [SECTIONS.runtime]: section };
  return `${JSON.stringify({ service: 'connector', connection, logging: { level: 'info' } }, null, 4)}\n`;
}

/** A section of a file. @throws {Error} when the file is no such file */
export function sectionFrom(text: string, name: keyof typeof SECTIONS): Section {
  const { token_url, client_id, client_secret, scope } = JSON.parse(text).connection[SECTIONS[name]];
  return {
    flowType: 'ClientCredentials',
    accessTokenUrl: token_url,
    clientId: client_id,
    clientSecret: client_secret,
    scopes: scope,
  };
}
