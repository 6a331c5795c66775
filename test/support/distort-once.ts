import type { TestWorld } from './world.ts';

/** The second connector stores, once, something else than it is given. */
export function distortOnce(world: TestWorld): void {
  let distorts = true;
  world.intercept(async ({ name }, perform) => {
    const response = await perform();
    if (distorts && /^connector PATCH .*ifs-2/.test(name)) {
      distorts = false;
      world.enter('distorted', 1);
    }
    return response;
  });
}
