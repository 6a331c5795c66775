/** The `__type` names of Secrets Manager's documented errors, as far as this part answers with them. */
export type FaultType =
  | 'DecryptionFailure'
  | 'EncryptionFailure'
  | 'InvalidNextTokenException'
  | 'InvalidParameterException'
  | 'InvalidRequestException'
  | 'LimitExceededException'
  | 'ResourceExistsException'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'UnknownOperationException';

/**
 * An error that goes to the caller with HTTP 400. Its message never holds a secret value.
 *
 * @see [Common errors](https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html)
 */
export class SecretsManagerFault extends Error {
  override readonly name = 'SecretsManagerFault';
  readonly type: FaultType;

  constructor(type: FaultType, message: string) {
    super(message);
    this.type = type;
  }
}

/** A {@link SecretsManagerFault}, to be thrown: `throw fault('ResourceNotFoundException', '…')`. */
export function fault(type: FaultType, message: string): SecretsManagerFault {
  return new SecretsManagerFault(type, message);
}

/** For a NextToken that no answer has given out. */
export function invalidToken(): SecretsManagerFault {
  return fault('InvalidNextTokenException', 'The NextToken value is invalid.');
}
