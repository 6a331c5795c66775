import { CfnMicrosoftTeamsChannelConfiguration, CfnSlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Notify } from './notify.ts';

/** Properties of {@link Chat}. */
export interface ChatProps {
  readonly prefix: string;
  readonly notify: Notify;
  readonly topic: ITopic;
}

/**
 * Channels of Slack and Teams, by Amazon Q Developer in chat applications. The workspace or team has to be authorized once, in the
 * console of AWS. Whoever is in a channel reads messages, and can do nothing in the account: the role has no permission.
 *
 * @see [Tutorial](https://docs.aws.amazon.com/chatbot/latest/adminguide/getting-started.html)
 */
export class Chat extends Construct {
  constructor(scope: Construct, id: string, { prefix, notify, topic }: ChatProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('chatbot.amazonaws.com'),
      description: `Channels that hear of ${prefix}. It may do nothing.`,
    });
    const common = {
      iamRoleArn: role.roleArn,
      snsTopicArns: [topic.topicArn],
      // Without a guardrail a channel could be given any right of the account.
      guardrailPolicies: [`arn:${topic.stack.partition}:iam::aws:policy/CloudWatchReadOnlyAccess`],
      loggingLevel: 'ERROR',
    };
    const { slack, teams } = notify;
    if (slack) {
      new CfnSlackChannelConfiguration(this, 'Slack', {
        ...common,
        configurationName: `${prefix}-slack`,
        slackWorkspaceId: slack.workspaceId,
        slackChannelId: slack.channelId,
      });
    }
    if (teams) {
      new CfnMicrosoftTeamsChannelConfiguration(this, 'Teams', {
        ...common,
        configurationName: `${prefix}-teams`,
        teamId: teams.teamId,
        teamsTenantId: teams.tenantId,
        // As it stands in a link: CloudFormation takes it in no other form.
        teamsChannelId: encodeURIComponent(decodeURIComponent(teams.channelId)),
      });
    }
  }
}
