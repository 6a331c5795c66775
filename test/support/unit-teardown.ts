import { forgetCompiled } from './compiled.ts';

/** Jest's global tear-down for the project `unit`. */
export default forgetCompiled;
