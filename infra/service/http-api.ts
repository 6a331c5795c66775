import { Duration } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi as GatewayApi,
  type HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ROUTES } from '../../functions/api/contract/routes.ts';
import { scopeOf } from '../../functions/api/contract/scopes.ts';
import type { Deployment } from '../context.ts';
import type { JwtSettings } from './jwt.ts';
import { encryptedLogs } from './logs.ts';
import type { Names } from './names.ts';

/** Who called what, when, and how it went. Neither bodies nor headers: a header may carry what a body must not. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  route: '$context.routeKey',
  path: '$context.path',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  error: '$context.error.message',
  integrationStatus: '$context.integrationStatus',
};

/** Who called, in the access log. */
const SIGNER = { caller: '$context.identity.userArn' };
const BEARER = {
  caller: '$context.authorizer.claims.sub',
  client: '$context.authorizer.claims.client_id',
  refusal: '$context.authorizer.error',
};

/** Properties of {@link HttpApi}. */
export interface HttpApiProps {
  readonly deployment: Deployment;
  readonly names: Names;
  readonly key: Key;
  readonly handler: IFunction;
}

/**
 * The HTTP API. Every call is signed (SigV4) and needs `execute-api:Invoke` on its route; with context `jwt` it brings a token that has
 * the route's scope.
 */
export class HttpApi extends Construct {
  readonly api: GatewayApi;
  /** Base address, with a slash at the end. */
  readonly url: string;
  /** Calls, and those that were refused or failed, by hour. */
  readonly metrics: readonly Metric[];

  constructor(scope: Construct, id: string, { deployment, names, key, handler }: HttpApiProps) {
    super(scope, id);
    const { jwt } = deployment;
    this.api = new GatewayApi(this, 'Api', {
      apiName: deployment.prefix,
      createDefaultStage: false,
      defaultAuthorizer: jwt ? tokens(jwt) : new HttpIamAuthorizer(),
    });
    const integration = new HttpLambdaIntegration('Integration', handler, {
      // One permission for all routes: CloudFormation's 500 resources are for credentials.
      scopePermissionToRoute: false,
    });
    for (const route of Object.keys(ROUTES)) {
      const [method, path] = route.split(' ') as [HttpMethod, string];
      const scopes = jwt && { authorizationScopes: [scopeOf(route)] };
      this.api.addRoutes({ path, methods: [method], integration, ...scopes });
    }
    const accessLog = encryptedLogs(this, 'AccessLog', { deployment, key, logGroupName: names.logGroups.access });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 10, burstLimit: 20 },
      detailedMetricsEnabled: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(JSON.stringify({ ...ACCESS_LOG, ...(jwt ? BEARER : SIGNER) })),
      },
    });
    this.url = stage.url;
    const hourly = { period: Duration.hours(1) };
    this.metrics = [stage.metricCount(hourly), stage.metricClientError(hourly), stage.metricServerError(hourly)];
  }
}

/** @see [JWT authorizers](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html) */
function tokens({ issuer, audience }: JwtSettings): HttpJwtAuthorizer {
  return new HttpJwtAuthorizer('Tokens', issuer, { jwtAudience: audience });
}
