import { CfnOutput, Fn, Stack } from 'aws-cdk-lib';
import {
  CfnEIP,
  CfnVPCEndpoint,
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  Subnet,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Deployment } from '../context.ts';
import { acknowledge } from '../faults/findings.ts';
import { encryptedLogs } from '../service/logs.ts';
import type { VpcSettings } from './vpc.ts';

/** Properties of {@link Network}. */
export interface NetworkProps {
  readonly deployment: Deployment;
  readonly settings: VpcSettings;
  /** Encrypts the flow log. */
  readonly key: Key;
  /** Of the flow log, where the stack makes the VPC. */
  readonly logGroupName: string;
}

/** The services that `rotate`, `retire` and `audit` call, but for DynamoDB: its endpoint is a route, and costs nothing. */
const SERVICES = {
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Scheduler: new InterfaceVpcEndpointAwsService('scheduler'),
  EventBridge: InterfaceVpcEndpointAwsService.EVENTBRIDGE,
  Sqs: InterfaceVpcEndpointAwsService.SQS,
} as const;

/** Two zones: a function goes on while one of them is down. */
const ZONES = 2;

type Existing = Extract<VpcSettings, { id: string }>;
type Made = Exclude<VpcSettings, Existing>;

/**
 * Where the functions run that call customers' systems: in subnets that are there, or in a VPC of the stack's own, whose NAT gateways
 * have fixed addresses. Nothing is let in.
 */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly securityGroups: readonly ISecurityGroup[];

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { settings } = props;
    const { vpc, subnets } = 'id' in settings ? this.#existing(settings) : this.#made(settings, props);
    this.vpc = vpc;
    this.subnets = subnets;
    const given = 'id' in settings ? settings.securityGroups : undefined;
    this.securityGroups = given?.map((one) => SecurityGroup.fromSecurityGroupId(this, one, one)) ?? [this.#ownGroup()];
    if (settings.endpoints) this.#addEndpoints('id' in settings ? settings.routeTables : undefined);
  }

  #existing({ id, subnets }: Existing): Pick<Network, 'vpc' | 'subnets'> {
    acknowledge(this, { 'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId': 'Nobody asks: route tables are named.' });
    const list = subnets.map((one) => Subnet.fromSubnetId(this, one, one));
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: id,
      // Nobody asks for them; the class wants as many as there are subnets.
      availabilityZones: subnets.map((_, index) => Fn.select(index, Fn.getAzs())),
      privateSubnetIds: subnets,
    });
    return { vpc, subnets: list };
  }

  #made(
    { cidr, natGateways }: Made,
    { deployment, key, logGroupName }: NetworkProps,
  ): Pick<Network, 'vpc' | 'subnets'> {
    const addresses = Array.from(
      { length: natGateways },
      (_, index) => new CfnEIP(this, `Egress${index + 1}`, { domain: 'vpc' }),
    );
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      maxAzs: ZONES,
      natGateways,
      natGatewayProvider: NatProvider.gateway({ eipAllocationIds: addresses.map((one) => one.attrAllocationId) }),
      subnetConfiguration: [
        { name: 'Egress', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
        { name: 'Functions', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      ],
      // It would take a function of the CDK's own. Nothing of ours uses that group.
      restrictDefaultSecurityGroup: false,
    });
    const logGroup = encryptedLogs(this, 'FlowLogs', { deployment, key, logGroupName });
    vpc.addFlowLog('FlowLog', { destination: FlowLogDestination.toCloudWatchLogs(logGroup) });
    vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB });
    new CfnOutput(Stack.of(this), 'EgressAddresses', {
      value: Fn.join(
        ',',
        addresses.map((one) => one.attrPublicIp),
      ),
    });
    // The class leaves open what the interface calls absent.
    return { vpc: vpc as IVpc, subnets: vpc.privateSubnets };
  }

  /** Targets listen on ports of their own choice. DNS goes to the VPC's resolver, which no security group holds back. */
  #ownGroup(): SecurityGroup {
    const description = 'Functions that call systems of customers: nothing comes in.';
    const group = new SecurityGroup(this, 'SecurityGroup', { vpc: this.vpc, description, allowAllOutbound: false });
    group.addEgressRule(Peer.anyIpv4(), Port.allTcp(), 'The IAMs, the connectors, and AWS');
    return group;
  }

  #addEndpoints(routeTables: readonly string[] | undefined): void {
    const description = 'Endpoints of AWS services, for the functions.';
    const group = new SecurityGroup(this, 'EndpointsGroup', { vpc: this.vpc, description, allowAllOutbound: false });
    for (const one of this.securityGroups) group.addIngressRule(one, Port.tcp(443));
    for (const [name, service] of Object.entries(SERVICES)) {
      this.vpc.addInterfaceEndpoint(name, {
        service,
        subnets: { subnets: [...this.subnets] },
        securityGroups: [group],
        open: false,
      });
    }
    if (routeTables) this.#addGateway(routeTables);
  }

  #addGateway(routeTables: readonly string[]): void {
    new CfnVPCEndpoint(this, 'DynamoDb', {
      vpcId: this.vpc.vpcId,
      serviceName: `com.amazonaws.${Stack.of(this).region}.dynamodb`,
      vpcEndpointType: 'Gateway',
      routeTableIds: [...routeTables],
    });
  }
}
