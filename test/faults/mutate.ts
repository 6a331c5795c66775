import { registerHooks } from 'node:module';
import { MUTATIONS } from './mutations.ts';

/** Loaded before the laboratory: takes one safeguard out of the workflow while it is read. */
const mutation = MUTATIONS.find(({ safeguard }) => safeguard === process.env.MUTATION);
if (!mutation) throw new Error(`MUTATION names no safeguard: ${process.env.MUTATION}`);
const { file, from, to } = mutation;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/functions/rotation/${file}`)) return loaded;
    return { ...loaded, source: String(loaded.source).replace(from, () => to) };
  },
});
