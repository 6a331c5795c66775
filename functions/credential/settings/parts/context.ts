/** What the schema has to know of the deployment whose settings it checks. */
export interface SettingsContext {
  /** The stack's name: access secrets lie under `<prefix>-access/`. */
  readonly prefix: string;
  /** Accepts plain http to a loopback address. Never set on AWS. */
  readonly local: boolean;
}
