/** The forms of an access secret, and the members that each of them must have. */
export interface AccessForms {
  readonly clientSecret: { readonly clientSecret: string };
  readonly token: { readonly token: string };
  readonly basic: { readonly username: string; readonly password: string };
}

/** The secrets with which the rotator itself gets in: at the IAM's admin API and at the connectors. */
export interface AccessSecrets {
  /**
   * Reads an access secret, from memory while the function is warm.
   *
   * @param form which members it must have
   * @param options `fresh` asks Secrets Manager again: for one repeat after a 401
   * @throws {RotationError} `access-secret-invalid` when it does not exist, lacks a member, or holds what no header can carry
   */
  read<F extends keyof AccessForms>(secretId: string, form: F, options?: { fresh?: boolean }): Promise<AccessForms[F]>;
}
