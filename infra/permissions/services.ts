/** Why a service may use something by the policy of the thing itself: by the service, and what it uses. */
export const REASONS: Readonly<Record<string, string>> = {
  'events.amazonaws.com on ServiceDeadLetters': 'The rule of notifications hands over what it could not send.',
  'events.amazonaws.com on <prefix>-notify': 'Sends events in words, without a condition: see `infra/watch/topic.ts`.',
  'cloudwatch.amazonaws.com on <prefix>-notify': 'Sends alarms.',
  'logs.<region>.amazonaws.com on key/ServiceKey': 'Encrypts the log groups of the stack.',
  'cloudwatch.amazonaws.com on key/ServiceKey': 'Sends alarms to the encrypted topic.',
  'events.amazonaws.com on key/ServiceKey':
    'Sends events to the encrypted topic and queue. AWS supports no condition there.',
  'secretsmanager.amazonaws.com on function:<prefix>-rotate': 'Takes its four steps, with `native`.',
  'apigateway.amazonaws.com on function:<prefix>-api': 'Passes calls on.',
};
