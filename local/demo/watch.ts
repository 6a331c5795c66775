import type { RunningConsole } from '../../cli/console/console.ts';
import type { Live } from './live.ts';
import type { Stage } from './stage.ts';

/** Serves the stage's console, and tells its link at once: whoever opens it sees the rotations while they are told. */
export async function openConsole({ stack, clocks }: Stage, live: Live): Promise<RunningConsole> {
  // Loaded for this alone: it takes a bundler.
  const { startEmbeddedConsole } = await import('../embedded-stack/console.ts');
  const served = await startEmbeddedConsole(stack, { now: clocks.aws });
  live.note('', `watch it in a browser, the link works once: ${served.link}`);
  return served;
}
