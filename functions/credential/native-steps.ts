/** Secrets Manager's own steps of a rotation. */
export const NATIVE_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** What Secrets Manager asks for: a step, and the version that it is about. */
export interface NativeRequest {
  readonly step: (typeof NATIVE_STEPS)[number];
  /** The `ClientRequestToken`. */
  readonly versionId: string;
}
