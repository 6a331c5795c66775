import { describe, expect, it } from '@jest/globals';
import { synthesize } from './synthesize.ts';

const template = synthesize();

describe('the HTTP API', () => {
  it('has the nine routes, each of them signed', () => {
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
      ({ Properties }) => Properties,
    );

    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual([
      'GET /credentials',
      'GET /credentials/{id}',
      'GET /credentials/{id}/rotations',
      'GET /credentials/{id}/rotations/{rotationId}',
      'GET /openapi.json',
      'PATCH /credentials/{id}/schedule',
      'POST /credentials/{id}/connectors/{name}/acknowledgement',
      'POST /credentials/{id}/rollback',
      'POST /credentials/{id}/rotations',
    ]);
    expect(routes.map(({ AuthorizationType }) => AuthorizationType)).toEqual(Array(9).fill('AWS_IAM'));
  });

  it('throttles, and logs who called what without bodies or headers', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const format = stage?.Properties.AccessLogSettings.Format;

    expect(stage?.Properties).toMatchObject({
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingBurstLimit: 20, ThrottlingRateLimit: 10 },
    });
    expect(Object.values(JSON.parse(format)).sort()).toEqual([
      '$context.error.message',
      '$context.identity.sourceIp',
      '$context.identity.userArn',
      '$context.integrationStatus',
      '$context.path',
      '$context.requestId',
      '$context.requestTime',
      '$context.responseLatency',
      '$context.routeKey',
      '$context.status',
    ]);
  });
});
