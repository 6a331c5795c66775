import { appendFileSync } from 'node:fs';

/** The part of jest's result that is counted. */
interface RunResult {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

/** Appends a run's counts, a JSON line each, to the file that the environment variable `TEST_SUMMARY` names. */
export default class SummaryReporter {
  onRunComplete(_contexts: unknown, results: RunResult): void {
    const { TEST_SUMMARY } = process.env;
    if (!TEST_SUMMARY) return;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    appendFileSync(TEST_SUMMARY, `${JSON.stringify({ passed: results.numPassedTests, failed, skipped })}\n`);
  }
}
