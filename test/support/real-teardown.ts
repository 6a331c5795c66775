import { forgetCompiled } from './compiled.ts';
import './real-setup.ts';

/** Jest's global tear-down for the project `real`; it runs when suites fail, too. */
export default async function teardown(): Promise<void> {
  await globalThis.realStack?.stop();
  await forgetCompiled();
}
