/** What an audit can find: something is not as it should be, and no run is at it. */
export const FINDINGS = {
  'secret-refused': {
    title: 'The IAM refuses the current secret.',
    next: 'Rotate the credential: the run puts right what it can, and says what it cannot.',
    repairable: true,
  },
  'iam-differs': {
    title: 'The IAM holds another secret than the current one.',
    next: 'Ask who changed the client in the IAM, then rotate: the run adopts the secret and renews it.',
    repairable: true,
  },
  'client-unusable': {
    title: 'The client in the IAM cannot be used.',
    next: 'Correct the client in the IAM as the detail says.',
  },
  'connector-differs': {
    title: 'A connector holds another secret than the current one.',
    next: 'Ask who changed the connector, then rotate: the run gives it the current secret.',
    repairable: true,
  },
  'connector-unproven': {
    title: 'A connector is not known to use the current secret by the proof that the settings ask for.',
    next: 'Restart the connector, or rotate: the run writes the secret again.',
    repairable: true,
  },
  'ended-secret-works': {
    title: 'The IAM accepts a secret that was to be ended.',
    next: 'Rotate with revokePrevious, or end the secret in the IAM.',
  },
  'value-invalid': {
    title: 'A stored value is not one of ours.',
    next: 'Ask who put it into Secrets Manager, and put AWSCURRENT back to the last good version.',
  },
  'settings-invalid': {
    title: 'The settings in the schedule cannot be read.',
    next: 'Deploy the stack again: it writes them anew.',
  },
  'pending-left': {
    title: 'A rotation was left unfinished for longer than a run takes.',
    next: 'Rotate the credential: the run finishes it, or takes it back.',
    repairable: true,
  },
  'too-old': {
    title: 'The current secret is older than `maxAge`.',
    next: 'Rotate the credential, and see why its schedule did not.',
  },
  'expiry-near': {
    title: 'The IAM will soon refuse the current secret, or the previous one while a connector uses it.',
    next: 'Rotate the credential: each rotation sets an expiry ten years away.',
  },
  'retire-overdue': {
    title: 'A previous secret should have been ended.',
    next: 'Rotate the credential: a rotation ends the previous secret before it begins.',
  },
  'repeat-overdue': {
    title: 'Something is left to do, and no run comes to do it.',
    next: 'Rotate the credential, and look at the dead letters.',
    repairable: true,
  },
  'schedule-missed': {
    title: 'A run that was due by schedule has not come.',
    next: 'Look at the dead letters and at the schedule, then rotate the credential.',
  },
  'schedule-disabled': {
    title: 'The schedule is switched off.',
    next: 'Resume the schedule when the reason is over.',
  },
  'schedule-gone': {
    title: 'A credential has no schedule any more.',
    next: 'If it was not taken out of the fleet file on purpose, bring it back as the runbook says: nothing rotates it now.',
  },
  'schedule-ends': {
    title: 'The schedule has no run any more, or soon has none.',
    next: 'Correct the expression in the fleet file and deploy.',
  },
  'task-late': {
    title: 'More than half of the time is over that a person has for a task.',
    next: 'Do what the task says, and acknowledge it.',
  },
  'agent-silent': {
    title: 'An agent does not reply.',
    next: "Look at the agent's host and at its log.",
  },
  unreadable: {
    title: 'A system could not be asked, so nothing is known about what it holds.',
    next: 'Wait until the system answers again. If the detail names a permission, correct that.',
  },
} as const satisfies Record<string, FindingInfo>;

interface FindingInfo {
  readonly title: string;
  /** What to do. */
  readonly next: string;
  /** Whether a run may put it right that begins no rotation. @default false */
  readonly repairable?: boolean;
}

export type FindingKind = keyof typeof FINDINGS;
