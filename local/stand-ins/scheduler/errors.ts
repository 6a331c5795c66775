/** EventBridge Scheduler's documented errors, as far as this part answers with them, and their HTTP status. */
const STATUS = {
  ConflictException: 409,
  ResourceNotFoundException: 404,
  ValidationException: 400,
  UnknownOperationException: 404,
} as const;

/**
 * An error that goes to the caller.
 *
 * @see [Common errors](https://docs.aws.amazon.com/scheduler/latest/APIReference/CommonErrors.html)
 */
export class SchedulerFault extends Error {
  override readonly name = 'SchedulerFault';
  readonly type: keyof typeof STATUS;

  constructor(type: keyof typeof STATUS, message: string) {
    super(message);
    this.type = type;
  }

  get status(): number {
    return STATUS[this.type];
  }
}
