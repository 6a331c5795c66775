import { readFileSync, rmSync } from 'node:fs';
import { Configuration, type Section } from '../../stand-ins/connector/configuration.ts';
import { type HostFiles, type HostInput, makeHostFiles } from './files.ts';
import { type ProgramDeps, startProgram } from './program.ts';

/** The host of a connector that is configured by a file, with the agent beside it. */
export interface AgentHost {
  /** The section that the connector works with: it reads the file at each request. */
  section(): Section;
  /** Sets the host's clock. @param passedMs by how many milliseconds it is ahead @throws {Error} when the agent has ended */
  setClock(passedMs: number): Promise<void>;
  /** Ends the agent, and removes the files. */
  close(): Promise<void>;
}

/**
 * Makes a host, and starts the agent's program on it. However this process ends by itself, neither program nor files are left.
 *
 * @throws {Error} when the agent does not start; nothing is left then
 */
export async function startAgentHost(input: HostInput, deps: ProgramDeps): Promise<AgentHost> {
  const files = await makeHostFiles(input);
  const program = startProgram(files, deps);
  const remove = () => {
    program.kill();
    rmSync(files.folder, { recursive: true, force: true, maxRetries: 3 });
  };
  process.once('exit', remove);
  const close = async () => {
    await program.end();
    process.off('exit', remove);
    remove();
  };
  try {
    await program.started;
  } catch (error) {
    await close();
    throw error;
  }
  return { section: () => sectionIn(files), setClock: program.setClock, close };
}

function sectionIn({ configuration }: HostFiles): Section {
  return Configuration.parse(JSON.parse(readFileSync(configuration, 'utf8'))).authentication.runtime;
}
