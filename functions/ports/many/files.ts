/** The files of fleet rotations, for 400 days: what a state machine reads, and what is left for people. */
export interface FleetFiles {
  /**
   * Writes a file as a whole.
   *
   * @param name with the execution's id before the slash: `0199…/manifest.json`
   * @returns its address, `s3://…`
   * @throws {RotationError} `ledger-unavailable`
   */
  write(name: string, content: unknown): Promise<string>;
}
