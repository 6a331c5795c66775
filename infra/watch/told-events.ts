import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type DetailType, EVENT_SOURCE } from '../../functions/credential/published/vocabulary.ts';
import type { Deployment } from '../context.ts';
import { isChat } from './notify.ts';
import { runbookPage } from './runbook.ts';

/** Whether people are told of an event: of what needs a person. */
const TOLD: Readonly<Record<DetailType, boolean>> = {
  'Rotation Succeeded': false,
  'Rolled Back': true,
  Failed: true,
  Retired: false,
  'Acknowledgement Needed': true,
  'Rotation Due': true,
  'Retire Due': true,
  'Drift Detected': true,
  'Expiry Near': true,
  'Audit Completed': false,
  // Each failure has an event of its own, and whoever has started it looks on.
  'Fleet Rotation Ended': false,
};

/** Properties of {@link ToldEvents}. */
export interface ToldEventsProps {
  readonly deployment: Deployment;
  readonly topic: ITopic;
  /** Where an event goes that could not be sent to the topic. */
  readonly deadLetters: IQueue;
}

/** Sends the stack's own events to the topic, in words: which credential, what, since when, what to do, and where to read on. */
export class ToldEvents extends Construct {
  constructor(scope: Construct, id: string, { deployment, topic, deadLetters }: ToldEventsProps) {
    super(scope, id);
    const { prefix, notify } = deployment;
    const page = runbookPage(deployment);
    new Rule(this, 'Rule', {
      ruleName: `${prefix}-notify`,
      description: `Events of ${prefix} that need a person`,
      eventPattern: {
        source: [EVENT_SOURCE],
        detailType: Object.entries(TOLD).flatMap(([type, told]) => (told ? [type] : [])),
        detail: { stack: [prefix] },
      },
      targets: [
        // By its ARN: for the topic itself the CDK would grant EventBridge every action on the key that begins with GenerateDataKey.
        new SnsTopic(Topic.fromTopicArn(this, 'Target', topic.topicArn), {
          message: isChat(notify) ? chatMessage(page) : textMessage(page),
          deadLetterQueue: deadLetters,
        }),
      ],
    });
  }
}

const WORD = (name: string) => EventField.fromPath(`$.detail.message.${name}`);

function textMessage(page: string): RuleTargetInput {
  return RuleTargetInput.fromMultilineText(
    [
      WORD('title'),
      `Since: ${WORD('since')}`,
      `What to do: ${WORD('next')}`,
      `Runbook: ${page}#${WORD('runbook')}`,
      `Stack: ${EventField.fromPath('$.detail.stack')}`,
    ].join('\n'),
  );
}

/**
 * The form that Amazon Q Developer in chat applications takes: it drops every other. Whoever reads mail sees the same text in JSON.
 *
 * @see [Custom notifications](https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html)
 */
function chatMessage(page: string): RuleTargetInput {
  return RuleTargetInput.fromObject({
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: WORD('title'),
      description: `Since ${WORD('since')}. Runbook: ${page}#${WORD('runbook')}`,
      nextSteps: [WORD('next')],
    },
  });
}
