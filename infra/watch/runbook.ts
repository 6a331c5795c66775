import type { Deployment } from '../context.ts';

/** The page that messages lead to: the context's `runbook`, or this repository's. */
export function runbookPage({ runbook }: Pick<Deployment, 'runbook'>): string {
  return runbook ?? 'docs/operations.md';
}
