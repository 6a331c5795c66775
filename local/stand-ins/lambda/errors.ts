/** Lambda's documented errors, as far as this part answers with them, and their HTTP status. */
const STATUS = {
  InvalidParameterValueException: 400,
  InvalidRequestContentException: 400,
  ResourceNotFoundException: 404,
  UnknownOperationException: 404,
} as const;

/**
 * An error that goes to the caller.
 *
 * @see [Invoke: errors](https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors)
 */
export class LambdaFault extends Error {
  override readonly name = 'LambdaFault';
  readonly type: keyof typeof STATUS;

  constructor(type: keyof typeof STATUS, message: string) {
    super(message);
    this.type = type;
  }

  get status(): number {
    return STATUS[this.type];
  }
}
