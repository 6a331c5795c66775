import { shareCompiled } from './compiled.ts';

/** Jest's global set-up for the project `unit`. */
export default shareCompiled;
