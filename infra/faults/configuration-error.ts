/**
 * The deployment's context or the fleet file can't be used: a person has to correct it. Nothing was synthesized.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** One line a fault, all of them: where it is, what is wrong, and what to write instead. */
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}
