import { expect, it } from '@jest/globals';
import { JUDGEMENTS, NEW_DIMENSIONS } from '../../laboratory/dimensions.ts';
import { play } from '../../laboratory/scene.ts';
import { namedScenes } from '../../laboratory/scenes.ts';

const scenes = namedScenes([...JUDGEMENTS]);

it.each(scenes)('%s: can be played again', async (_title, script) => {
  const [one, other] = [await play(script), await play(script)];
  expect(other.trace).toEqual(one.trace);
  if (NEW_DIMENSIONS.length > 0) expect(one.violations).toEqual([]);
});
