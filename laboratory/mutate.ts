import { registerHooks } from 'node:module';
import { pathOf } from './mutations/mutation.ts';
import { MUTATIONS } from './mutations.ts';

/** Loaded before the laboratory: takes one safeguard out of the functions, or of the agent, while they are read. */
const mutation = MUTATIONS.find(({ safeguard }) => safeguard === process.env.MUTATION);
if (!mutation) throw new Error(`MUTATION names no safeguard: ${process.env.MUTATION}`);
const { edits } = mutation;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const own = edits.filter(({ file }) => url.endsWith(`/${pathOf(file)}`));
    if (own.length === 0) return loaded;
    return {
      ...loaded,
      source: own.reduce((text, { from, to }) => text.replace(from, () => to), String(loaded.source)),
    };
  },
});
