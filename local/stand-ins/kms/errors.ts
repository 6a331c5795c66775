/** KMS's documented errors, as far as this part answers with them. */
type FaultType =
  | 'DisabledException'
  | 'InvalidKeyUsageException'
  | 'KMSInvalidStateException'
  | 'NotFoundException'
  | 'UnsupportedOperationException'
  | 'ValidationException';

/** An error that goes to the caller with HTTP 400. */
export class KmsFault extends Error {
  override readonly name = 'KmsFault';
  readonly type: FaultType;

  constructor(type: FaultType, message: string) {
    super(message);
    this.type = type;
  }
}
