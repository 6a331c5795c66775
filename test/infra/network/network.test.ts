import { describe, expect, it, jest } from '@jest/globals';
import { Validations } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ACCOUNT, mayDo, REGION, roleOf, statementsByRole } from '../policies.ts';
import { buildStack, synthesize } from '../synthesize.ts';

jest.setTimeout(60_000);

const PREFIX = 'client-secret-rotation';
const SUBNETS = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
const EXISTING = { id: 'vpc-0123456789abcdef0', subnets: SUBNETS };
const GROUP = 'sg-0123456789abcdef0';
const TABLE = 'rtb-0123456789abcdef0';
const existing = synthesize({ vpc: EXISTING });
const made = synthesize({ vpc: { cidr: '10.20.0.0/24', natGateways: 2, endpoints: true } });

function placesOf(template: Template): Record<string, unknown> {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  return Object.fromEntries(
    functions.flatMap(({ Properties }) =>
      String(Properties.FunctionName).startsWith(PREFIX) ? [[Properties.FunctionName, Properties.VpcConfig]] : [],
    ),
  );
}

describe('the functions in a VPC', () => {
  it('are those that call systems of customers', () => {
    const place = { SubnetIds: SUBNETS, SecurityGroupIds: [{ 'Fn::GetAtt': [expect.any(String), 'GroupId'] }] };
    expect(placesOf(existing)).toEqual({
      [`${PREFIX}-rotate`]: place,
      [`${PREFIX}-retire`]: place,
      [`${PREFIX}-audit`]: place,
      [`${PREFIX}-api`]: undefined,
      [`${PREFIX}-many`]: undefined,
    });
  });

  it('are none without the option', () => {
    const template = synthesize();
    expect(new Set(Object.values(placesOf(template)))).toEqual(new Set([undefined]));
    template.resourceCountIs('AWS::EC2::SecurityGroup', 0);
  });

  it('let nobody in, unless somebody else says so', () => {
    const [group] = Object.values(existing.findResources('AWS::EC2::SecurityGroup'));
    expect(group?.Properties).not.toHaveProperty('SecurityGroupIngress');
    existing.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    const given = synthesize({ vpc: { ...EXISTING, securityGroups: [GROUP] } });
    given.resourceCountIs('AWS::EC2::SecurityGroup', 0);
    expect(placesOf(given)[`${PREFIX}-rotate`]).toEqual({ SubnetIds: SUBNETS, SecurityGroupIds: [GROUP] });
  });
});

describe('roles in a VPC', () => {
  const roles = statementsByRole(existing);
  const of = (file: string) => roles.get(roleOf(existing, `${PREFIX}-${file}`)) ?? [];
  const networkInterface = `arn:aws:ec2:${REGION}:${ACCOUNT}:network-interface/eni-0123456789abcdef0`;
  const elsewhere = `arn:aws:ec2:us-east-1:${ACCOUNT}:network-interface/eni-0123456789abcdef0`;
  const fromCode = { 'lambda:SourceFunctionArn': `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${PREFIX}-rotate` };

  it.each(['rotate', 'retire', 'audit'])('of %s let Lambda place it, in its own region', async (file) => {
    for (const name of ['CreateNetworkInterface', 'DeleteNetworkInterface', 'AssignPrivateIpAddresses']) {
      expect(await mayDo(of(file), { action: `ec2:${name}`, resource: networkInterface })).toBe(true);
      expect(await mayDo(of(file), { action: `ec2:${name}`, resource: elsewhere })).toBe(false);
    }
    for (const name of ['DescribeNetworkInterfaces', 'DescribeSubnets'])
      expect(await mayDo(of(file), { action: `ec2:${name}`, resource: '*' })).toBe(true);
    expect(await mayDo(of(file), { action: 'ec2:RunInstances', resource: '*' })).toBe(false);
  });

  it('let the code of the function do nothing of that', async () => {
    const attempt = { action: 'ec2:CreateNetworkInterface', resource: networkInterface, context: fromCode };
    expect(await mayDo(of('rotate'), attempt)).toBe(false);
    const looking = { action: 'ec2:DescribeNetworkInterfaces', resource: '*', context: fromCode };
    expect(await mayDo(of('rotate'), looking)).toBe(false);
  });

  it.each(['api', 'many'])('of %s have nothing of that', async (file) => {
    expect(await mayDo(of(file), { action: 'ec2:CreateNetworkInterface', resource: networkInterface })).toBe(false);
  });
});

describe('a VPC of the stack', () => {
  it('has fixed addresses on its way out, which are told', () => {
    made.resourceCountIs('AWS::EC2::EIP', 2);
    made.resourceCountIs('AWS::EC2::NatGateway', 2);
    expect(Object.keys(made.findOutputs('EgressAddresses'))).toEqual(['EgressAddresses']);
    const place = placesOf(made)[`${PREFIX}-rotate`] as { SubnetIds: unknown[] };
    expect(place.SubnetIds).toHaveLength(2);
  });

  it('keeps a flow log, encrypted with the key of the stack', () => {
    made.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'ALL' });
    made.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: `/aws/vpc/${PREFIX}`,
      KmsKeyId: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] },
    });
  });

  it('brings no function of the CDK along', () => {
    expect(Object.keys(placesOf(made))).toHaveLength(Object.keys(made.findResources('AWS::Lambda::Function')).length);
  });
});

describe('endpoints', () => {
  const services = (template: Template) =>
    Object.values(template.findResources('AWS::EC2::VPCEndpoint')).map(({ Properties }) =>
      JSON.stringify(Properties.ServiceName).replace(/.*\.([a-z]+)"?.*/, '$1'),
    );

  it('are those of the services that the functions call', () => {
    expect(services(made).sort()).toEqual(['dynamodb', 'events', 'scheduler', 'secretsmanager', 'sqs']);
    const wanted = synthesize({ vpc: { ...EXISTING, endpoints: true, routeTables: [TABLE] } });
    expect(services(wanted).sort()).toEqual(['dynamodb', 'events', 'scheduler', 'secretsmanager', 'sqs']);
    wanted.hasResourceProperties('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway', RouteTableIds: [TABLE] });
    wanted.hasResourceProperties('AWS::EC2::VPCEndpoint', { PrivateDnsEnabled: true, SubnetIds: SUBNETS });
  });

  it('are none unless they are asked for, but for the one that costs nothing', () => {
    expect(services(existing)).toEqual([]);
    expect(services(synthesize({ vpc: { cidr: '10.20.0.0/24' } }))).toEqual(['dynamodb']);
  });

  it('let the functions in, by https, and nobody else', () => {
    const rules = Object.values(made.findResources('AWS::EC2::SecurityGroupIngress'));
    expect(rules).toHaveLength(1);
    expect(rules[0]?.Properties).toMatchObject({ FromPort: 443, ToPort: 443, IpProtocol: 'tcp' });
    expect(rules[0]?.Properties).toHaveProperty('SourceSecurityGroupId');
  });
});

describe('a proxy', () => {
  it('is told to the functions, and no secret of it', () => {
    const proxy = { url: 'http://proxy.example.com:3128', secretId: `${PREFIX}-access/proxy` };
    synthesize({ proxy }).hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: `${PREFIX}-rotate`,
      Environment: { Variables: Match.objectLike({ PROXY_URL: proxy.url, PROXY_SECRET: proxy.secretId }) },
    });
  });
});

it.each([
  ['made', { cidr: '10.20.0.0/24', endpoints: true }],
  ['there', { ...EXISTING, endpoints: true, routeTables: [TABLE] }],
])(
  'passes the AwsSolutions rules, but for findings that are acknowledged with a reason: a VPC that is %s',
  (_what, vpc) => {
    const { app } = buildStack({ vpc });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  },
);
