import { stripTypeScriptTypes } from 'node:module';

/** Jest transform: types become spaces, so lines and columns in failures are those of the source. */
export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
