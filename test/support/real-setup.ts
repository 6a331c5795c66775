import { shareCompiled } from './compiled.ts';
import { type RunningStack, startRealStack } from './real-stack.ts';

declare global {
  // Jest hands nothing from the set-up to the tear-down; both run in this process.
  var realStack: RunningStack | undefined;
}

/**
 * Jest's global set-up for the project `real`. With `REQUIRE_REAL=1` a service that this machine can't have is an error,
 * otherwise its suites are skipped by name.
 */
export default async function setup(): Promise<void> {
  await shareCompiled();
  globalThis.realStack = await startRealStack(process.env.REQUIRE_REAL === '1');
  const { description } = globalThis.realStack;
  process.env.REAL_STACK = JSON.stringify(description);
  for (const [service, one] of Object.entries(description)) {
    if ('unavailable' in one) console.warn(`suites that need ${service} are skipped: ${one.unavailable}`);
  }
}
