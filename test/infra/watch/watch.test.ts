import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FOUND, METRICS } from '../../../functions/lambda/metrics.ts';
import { buildStack, synthesize, synthesizeScreen } from '../synthesize.ts';

jest.setTimeout(60_000);

const SLACK = { workspaceId: 'T012AB3C4', channelId: 'C0123456789' };
const TEAMS = {
  teamId: '11111111-2222-4333-8444-555555555555',
  tenantId: '11111111-2222-4333-8444-666666666666',
  channelId: '19:abc_def@thread.tacv2',
};
const EVERYBODY = {
  email: ['ops@example.com', 'on-call@example.com'],
  webhook: ['https://events.example.com/integration/x'],
  slack: SLACK,
  teams: TEAMS,
};

const template = synthesize();
const [keyId] = Object.keys(template.findResources('AWS::KMS::Key'));
const [topicId = ''] = Object.keys(template.findResources('AWS::SNS::Topic'));
const topic = { Ref: topicId };
/** A value of the stack that the nested one gets as a parameter. */
const passed = (id: string) => ({ Ref: Match.stringLikeRegexp(id) });
const properties = (type: string, from = template) =>
  Object.values(from.findResources(type)).map((resource) => resource.Properties);
const screen = synthesizeScreen();
const alarms = properties('AWS::CloudWatch::Alarm', screen);
const named = (name: string) => alarms.find(({ AlarmName }) => AlarmName === `client-secret-rotation-${name}`);

const page = readFileSync(resolve(import.meta.dirname, '../../../docs/operations.md'), 'utf8');
const sections = new Map(
  page
    .split(/^(?=#+ )/m)
    .map((text) => [(text.split('\n')[0] ?? '').replace(/^#+ /, '').toLowerCase().replaceAll(' ', '-'), text] as const),
);

describe('alarms', () => {
  it.each([
    ['rotation-failed', 'RotationFailed'],
    ['rolled-back', 'RolledBack'],
    ['stored-not-applied', 'StoredNotApplied'],
    ['interrupted', 'Interrupted'],
    ['retire-postponed', 'RetirePostponed'],
    ['task-overdue', 'TasksOverdue'],
    ['ledger-record-missing', 'LedgerRecordMissing'],
    ['event-missing', 'EventMissing'],
    ['drift', 'DriftFound'],
    ['expiry-near', 'ExpiryNear'],
    ['too-old', 'TooOld'],
    ['overdue', 'OverdueFound'],
    ['task-late', 'TasksLate'],
    ['system-unreadable', 'SystemUnreadable'],
    ['audit-failed', 'AuditFailed'],
  ])('%s tells of %s within five minutes, and again of the next one', (name, metric) => {
    expect(METRICS).toHaveProperty(metric);
    expect(named(name)).toMatchObject({
      Namespace: 'client-secret-rotation',
      MetricName: metric,
      Dimensions: [{ Name: 'service', Value: 'client-secret-rotation' }],
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  it('tells of dead letters on growth: a level that nothing lowers would speak once', () => {
    expect(named('dead-letters')).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'NumberOfMessagesSent',
      Statistic: 'Sum',
      Period: 300,
      Threshold: 0,
    });
  });

  it.each(['rotate', 'retire', 'api', 'audit', 'many'])(
    'tells when %s fails, and when Lambda does not start it',
    (name) => {
      for (const [alarm, metric] of [
        ['errors', 'Errors'],
        ['throttled', 'Throttles'],
      ]) {
        expect(named(`${alarm}-${name}`)).toMatchObject({ Namespace: 'AWS/Lambda', MetricName: metric, Threshold: 0 });
      }
    },
  );

  it.each(Object.entries(FOUND))('tells when an audit finds %s: counted as %s', (_kind, metric) => {
    expect(alarms.map(({ MetricName }) => MetricName)).toContain(metric);
  });

  it('tells of audits that come no more, also where nothing is measured', () => {
    expect(named('audit-missing')).toMatchObject({
      MetricName: 'AuditCompleted',
      Statistic: 'Sum',
      Period: 900,
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  it('are no others', () => {
    expect(alarms).toHaveLength(15 + 1 + 1 + 10);
  });

  it.each(alarms.map(({ AlarmName, AlarmDescription }) => [AlarmName, AlarmDescription]))(
    '%s says what, what to do, and which section of the runbook, which begins with commands',
    (_name, description) => {
      const [, anchor = ''] =
        /^[A-Z].*\. What to do: [A-Z].*\. Runbook: docs\/operations\.md#([\w-]+)$/.exec(description) ?? [];
      const section = sections.get(anchor);
      expect([anchor, section !== undefined]).toEqual([anchor, true]);
      expect(section).toMatch(/`csr |^ *csr |^ *aws /m);
      expect(description.length).toBeLessThanOrEqual(1024);
    },
  );

  it('are all in the table of docs/operations.md, and no others', () => {
    const documented = [...page.matchAll(/^\| `([a-z-]+|agent-silent-<agent>)` \| /gm)].map(([, name]) => name);
    const expected = alarms.map(({ AlarmName }) => AlarmName.replace('client-secret-rotation-', ''));
    expect(documented.filter((name) => name !== 'agent-silent-<agent>')).toEqual(expect.arrayContaining([...expected]));
    expect(documented).toContain('agent-silent-<agent>');
  });

  it('send to the topic of the stack, or to the one that the context names, which gets no events', () => {
    screen.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [passed('NotifyTopic')] });
    const named = 'arn:aws:sns:eu-north-1:111122223333:on-call';
    const context = { alarmTopicArn: named };
    synthesizeScreen(context).allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [named] });
    const other = synthesize(context);
    other.resourceCountIs('AWS::SNS::Topic', 0);
    other.resourceCountIs('AWS::Events::Rule', 0);
  });

  it('lead to the page that the context names', () => {
    const context = { runbook: 'https://wiki.example.com/rotation' };
    const wiki = synthesize(context);
    synthesizeScreen(context).allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('Runbook: https://wiki\\.example\\.com/rotation#[a-z-]+$'),
    });
    expect(JSON.stringify(properties('AWS::Events::Rule', wiki))).toContain('https://wiki.example.com/rotation#<');
  });
});

describe('the topic', () => {
  it('is encrypted with the key of the stack, which alarms and rules may use', () => {
    template.hasResourceProperties('AWS::SNS::Topic', {
      TopicName: 'client-secret-rotation-notify',
      KmsMasterKeyId: { 'Fn::GetAtt': [keyId, 'Arn'] },
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: ['cloudwatch.amazonaws.com', 'events.amazonaws.com'] },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          }),
        ]),
      },
    });
  });

  it('takes messages from alarms of this account and from rules, over TLS only', () => {
    const publishers = (service: string, rest: object) =>
      Match.objectLike({
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sns:Publish',
        Resource: topic,
        ...rest,
      });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          publishers('cloudwatch.amazonaws.com', {
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
          publishers('events.amazonaws.com', {}),
        ]),
      },
    });
  });

  it('has nobody subscribed unless the context names them', () => {
    template.resourceCountIs('AWS::SNS::Subscription', 0);
    template.resourceCountIs('AWS::Chatbot::SlackChannelConfiguration', 0);
    expect(template.findOutputs('NotifyTopicArn')).toMatchObject({ NotifyTopicArn: { Value: topic } });
  });

  it('reaches everybody whom the context names, with the AwsSolutions rules kept', () => {
    const { app } = buildStack({ notify: JSON.stringify(EVERYBODY) });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
    const told = synthesize({ notify: EVERYBODY });
    expect(properties('AWS::SNS::Subscription', told).map(({ Protocol, Endpoint }) => [Protocol, Endpoint])).toEqual([
      ['email', 'ops@example.com'],
      ['email', 'on-call@example.com'],
      ['https', 'https://events.example.com/integration/x'],
    ]);
    const common = {
      SnsTopicArns: [topic],
      GuardrailPolicies: [Match.objectLike({ 'Fn::Join': Match.anyValue() })],
    };
    told.hasResourceProperties('AWS::Chatbot::SlackChannelConfiguration', {
      ...common,
      SlackWorkspaceId: SLACK.workspaceId,
      SlackChannelId: SLACK.channelId,
    });
    told.hasResourceProperties('AWS::Chatbot::MicrosoftTeamsChannelConfiguration', {
      ...common,
      TeamId: TEAMS.teamId,
      TeamsTenantId: TEAMS.tenantId,
      TeamsChannelId: '19%3Aabc_def%40thread.tacv2',
    });
    told.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: 'chatbot.amazonaws.com' } })] },
      Policies: Match.absent(),
      ManagedPolicyArns: Match.absent(),
    });
  });
});

describe('events', () => {
  const target = (from = template) => properties('AWS::Events::Rule', from)[0]?.Targets[0];

  it('that need a person go to the topic, of this stack alone; what fails goes to the dead letters', () => {
    expect(properties('AWS::Events::Rule')).toMatchObject(
      [
        {
          Name: 'client-secret-rotation-notify',
          EventPattern: {
            source: ['client-secret-rotation'],
            'detail-type': [
              'Rolled Back',
              'Failed',
              'Acknowledgement Needed',
              'Rotation Due',
              'Retire Due',
              'Drift Detected',
              'Expiry Near',
            ],
            detail: { stack: ['client-secret-rotation'] },
          },
          Targets: [{ Arn: topic, DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.anyValue, 'Arn'] } } }],
        },
      ].map((rule) => ({
        ...rule,
        Targets: [expect.objectContaining({ Arn: topic, DeadLetterConfig: expect.anything() })],
      })),
    );
  });

  it('are told in words: what, since when, what to do, and where to read on', () => {
    const { InputPathsMap, InputTemplate } = target().InputTransformer;
    expect(Object.values(InputPathsMap).sort()).toEqual([
      '$.detail.message.next',
      '$.detail.message.runbook',
      '$.detail.message.since',
      '$.detail.message.title',
      '$.detail.stack',
    ]);
    expect(InputTemplate.split('\n')).toEqual([
      '"<detail-message-title>"',
      '"Since: <detail-message-since>"',
      '"What to do: <detail-message-next>"',
      '"Runbook: docs/operations.md#<detail-message-runbook>"',
      '"Stack: <detail-stack>"',
    ]);
  });

  it('are told in the form of the chat applications, where there is one: whole values have no quotes of ours', () => {
    const { InputTemplate } = target(synthesize({ notify: { slack: SLACK } })).InputTransformer;
    expect(InputTemplate).toBe(
      '{"version":"1.0","source":"custom","content":{"textType":"client-markdown","title":<detail-message-title>,' +
        '"description":"Since <detail-message-since>. Runbook: docs/operations.md#<detail-message-runbook>",' +
        '"nextSteps":[<detail-message-next>]}}',
    );
  });
});

describe('the dashboard', () => {
  const [dashboard] = properties('AWS::CloudWatch::Dashboard', screen);
  const body = JSON.stringify(dashboard?.DashboardBody);

  it('is one page of the stack, with each alarm and each of the metrics that have an alarm', () => {
    expect(dashboard?.DashboardName).toBe('client-secret-rotation');
    for (const id of Object.keys(screen.findResources('AWS::CloudWatch::Alarm'))) expect(body).toContain(id);
    for (const { Namespace, MetricName } of alarms)
      expect(body).toContain(`${Namespace}\\",\\"${MetricName}`.replaceAll('"', '"'));
  });

  it('has metrics that somebody counts, and no other', () => {
    const own = [...body.matchAll(/client-secret-rotation\\",\\"(\w+)\\",\\"service/g)].map(([, name]) => name);
    expect(own.length).toBeGreaterThan(8);
    expect(own.filter((name = '') => !(name in METRICS))).toEqual([]);
  });
});
