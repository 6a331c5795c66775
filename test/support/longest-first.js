import Sequencer from '@jest/test-sequencer';

/** The suites that take longest, the longest first. */
const LONGEST = [
  'test/laboratory/faults.test.ts',
  'test/e2e/chaos.real.test.ts',
  'test/e2e/doors.real.test.ts',
  'test/e2e/main-job.real.test.ts',
  'test/e2e/own-secret.real.test.ts',
  'test/e2e/canary.real.test.ts',
  'test/cli/console/console.real.test.ts',
  'test/e2e/csr.real.test.ts',
  'test/e2e/bad-input.real.test.ts',
  'test/api/schemathesis.real.test.ts',
  'test/e2e/audit.real.test.ts',
  'test/local/real-stack/example.real.test.ts',
  'test/e2e/signer.real.test.ts',
  'test/e2e/calls.real.test.ts',
];

function rank({ path }) {
  const found = LONGEST.findIndex((name) => path.endsWith(`/${name}`));
  return found === -1 ? LONGEST.length : found;
}

/**
 * Jest's order, but for the suites that are known to take long: a clean checkout hasn't seen how long they take, and while the last of
 * them runs, the other worker has nothing to do.
 */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
}
