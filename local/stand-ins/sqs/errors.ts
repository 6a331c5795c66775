/** SQS's documented errors, as far as this part answers with them, and what each is called in the older protocol. */
const QUERY_CODES = {
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  InvalidAttributeName: 'InvalidAttributeName',
  InvalidMessageContents: 'InvalidMessageContents',
  InvalidParameterValue: 'InvalidParameterValue',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  ReceiptHandleIsInvalid: 'ReceiptHandleIsInvalid',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
} as const;

/**
 * An error that goes to the caller with HTTP 400. Its message never holds a message's body.
 *
 * @see [Common errors](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html)
 */
export class SqsFault extends Error {
  override readonly name = 'SqsFault';
  readonly type: keyof typeof QUERY_CODES;

  constructor(type: keyof typeof QUERY_CODES, message: string) {
    super(message);
    this.type = type;
  }

  /** What the older protocol calls it. */
  get queryCode(): string {
    return QUERY_CODES[this.type];
  }
}

/** For a parameter that is out of its range. */
export function invalidParameter(reason: string): SqsFault {
  return new SqsFault('InvalidParameterValue', `One or more parameters are invalid. Reason: ${reason}`);
}
