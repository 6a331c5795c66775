import type { Mutation } from './mutation.ts';

const DRY_REVOKES = ['--dry-runs', '--only', 'strategy=in-place,renewal=set,desk=false,trigger=revoke,start=rest'];

/** A dry run is a run that ends before it acts. */
export const DRY_RUNS: readonly Mutation[] = [
  {
    safeguard: 'a dry run sends nothing: not even the probe for an overlap',
    edits: [
      {
        file: 'rotation/dry-run.ts',
        from: "if (action.question === 'overlap') {",
        to: "if (action.question === ('nothing' as never)) {",
      },
    ],
    lab: ['--dry-runs', '--only', 'strategy=dual-secret,renewal=regenerate,desk=false,trigger=api,start=rest'],
  },
  {
    safeguard: 'a dry run decides as the run does: by the same request',
    edits: [
      {
        file: 'rotation/dry-run.ts',
        from: 'decide(factsOf(run, seen))',
        to: 'decide({ ...factsOf(run, seen), request: { ...run.request, rollback: true } })',
      },
    ],
    lab: DRY_REVOKES,
  },
  {
    safeguard: 'a dry run decides as the run does: what never can be is refused',
    edits: [{ file: 'rotation/dry-run.ts', from: '  assertAvailable(credential, request);\n', to: '' }],
    lab: DRY_REVOKES,
  },
];
