import { describe, it } from '@jest/globals';
import type { ConnectorProbe } from '../../local/conformance/probe.ts';
import { RULES } from '../../local/conformance/rules.ts';

/**
 * The contract of a connector's configuration: the rules of `npm run connector:conformance`, each as a test. There is no real
 * connector to be had; whoever fronts one runs the command.
 *
 * @param probe asked at the beginning of each test, so that it may be made in a `beforeAll`
 */
export function connectorContract(probe: () => ConnectorProbe): void {
  describe("the contract of a connector's configuration", () => {
    it.each(RULES.map((rule) => [rule.title, rule] as const))('%s', (_title, { check }) => check(probe()));
  });
}
