import { describe, expect, it } from '@jest/globals';
import { synthesize } from '../synthesize.ts';

const template = synthesize();
const JWT = { issuer: 'https://auth.example.org/realms/ops', audience: ['rotation'] };

describe('the HTTP API', () => {
  it('has the thirteen routes, each of them signed', () => {
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
      ({ Properties }) => Properties,
    );

    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual([
      'DELETE /rotations/{executionId}',
      'GET /credentials',
      'GET /credentials/{id}',
      'GET /credentials/{id}/rotations',
      'GET /credentials/{id}/rotations/{rotationId}',
      'GET /openapi.json',
      'GET /rotations',
      'GET /rotations/{executionId}',
      'PATCH /credentials/{id}/schedule',
      'POST /credentials/{id}/connectors/{name}/acknowledgement',
      'POST /credentials/{id}/rollback',
      'POST /credentials/{id}/rotations',
      'POST /rotations',
    ]);
    expect(routes.map(({ AuthorizationType }) => AuthorizationType)).toEqual(Array(13).fill('AWS_IAM'));
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

describe('the HTTP API with an issuer of tokens', () => {
  const withTokens = synthesize({ jwt: JWT });
  const routes = Object.values(withTokens.findResources('AWS::ApiGatewayV2::Route')).map(
    ({ Properties }) => Properties,
  );

  it('takes the tokens of that issuer for that audience, and nothing else', () => {
    const authorizers = withTokens.findResources('AWS::ApiGatewayV2::Authorizer');
    expect(Object.values(authorizers).map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Audience: JWT.audience, Issuer: JWT.issuer },
      }),
    ]);
    const [authorizer] = Object.keys(authorizers);
    expect(routes.map(({ AuthorizationType, AuthorizerId }) => [AuthorizationType, AuthorizerId])).toEqual(
      Array(13).fill(['JWT', { Ref: authorizer }]),
    );
  });

  it('demands a scope on every route: one to read, another to change', () => {
    const scopes = Object.fromEntries(
      routes.map(({ RouteKey, AuthorizationScopes }) => [RouteKey, AuthorizationScopes]),
    );
    expect(scopes).toEqual({
      'GET /credentials': ['rotation:read'],
      'GET /credentials/{id}': ['rotation:read'],
      'GET /credentials/{id}/rotations': ['rotation:read'],
      'GET /credentials/{id}/rotations/{rotationId}': ['rotation:read'],
      'GET /openapi.json': ['rotation:read'],
      'PATCH /credentials/{id}/schedule': ['rotation:write'],
      'POST /credentials/{id}/connectors/{name}/acknowledgement': ['rotation:write'],
      'POST /credentials/{id}/rollback': ['rotation:write'],
      'POST /credentials/{id}/rotations': ['rotation:write'],
      'GET /rotations': ['rotation:read'],
      'GET /rotations/{executionId}': ['rotation:read'],
      'DELETE /rotations/{executionId}': ['rotation:write'],
      'POST /rotations': ['rotation:write'],
    });
  });

  it('logs whose token it was, and why one was refused', () => {
    const [stage] = Object.values(withTokens.findResources('AWS::ApiGatewayV2::Stage'));
    expect(JSON.parse(stage?.Properties.AccessLogSettings.Format)).toMatchObject({
      caller: '$context.authorizer.claims.sub',
      client: '$context.authorizer.claims.client_id',
      refusal: '$context.authorizer.error',
    });
  });
});
