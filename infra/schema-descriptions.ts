/** What an editor shows for a setting, by its path in the fleet's file without indices. */
export const DESCRIPTIONS: Readonly<Record<string, string>> = {
  $schema: 'Address of this schema, for editors. Ignored otherwise.',
  credentials: 'The credentials that the stack rotates, at most 150: split a larger fleet into several prefixes.',
  'credentials.id': 'Unique name of the credential, for example acme-prod. It names the secret and the schedule.',
  'credentials.accessTokenUrl':
    "The IAM's token endpoint, for example https://acme.example.com/auth/realms/acmeprod/protocol/openid-connect/token",
  'credentials.clientId':
    'The Client ID, byte for byte. With alternating-clients an array of two, linked to the same service user.',
  'credentials.scope': 'Scope of the token request, tokens with one space between.',
  'credentials.strategy':
    'How the secret is changed without hurting the connector. auto asks the IAM what it can do. alternating-clients renews the idle one of two clients.',
  'credentials.grace':
    'How long the previous secret stays valid after a rotation, where the IAM can do it. ISO 8601, PT0S to P30D.',
  'credentials.maxAge': 'How old a secret may get. ISO 8601, P1D to P999D.',
  'credentials.native':
    'Rotation by RotateSecret of Secrets Manager. What auditors look for; schedule and API then start its four steps. Needs renewal set.',
  'credentials.iam': 'The identity provider that holds the client, and how to reach its administration.',
  'credentials.iam.type': 'Kind of the identity provider. IFS Cloud IAM is Keycloak.',
  'credentials.iam.renewal':
    'Who makes the new secret: set, the rotator; regenerate, the IAM. With regenerate there is no way back once it is done.',
  'credentials.iam.firstRun': 'What the first run does: adopt takes the present secret over, renew rotates it at once.',
  'credentials.iam.adminUrl':
    'Admin address of the realm, for example https://acme.example.com/auth/admin/realms/acmeprod',
  'credentials.iam.auth': 'The client with which the rotator signs in to the IAM, and where its secret lies.',
  'credentials.iam.auth.clientId': 'Client ID of the rotator in the IAM.',
  'credentials.iam.auth.secretId':
    'Secret under <prefix>-access/<id>/ or <prefix>-access/shared/ with {"clientSecret":"…"}, for example client-secret-rotation-access/acme-prod/iam',
  'credentials.iam.auth.accessTokenUrl': "The rotator's token endpoint. Default: the credential's accessTokenUrl.",
  'credentials.connectors': 'The OData connectors that hold the secret, 1 to 20.',
  'credentials.connectors.name': 'Name for people, unique within the credential.',
  'credentials.connectors.url': 'Address of the configuration in the connector.',
  'credentials.connectors.auth': 'How the rotator signs in to whatever fronts the connector.',
  'credentials.connectors.auth.type': 'Kind of sign-in.',
  'credentials.connectors.auth.accessTokenUrl': 'Token endpoint for the access to the connector.',
  'credentials.connectors.auth.clientId': 'Client ID for the access to the connector.',
  'credentials.connectors.auth.scope': 'Scope of the token for the access to the connector.',
  'credentials.connectors.auth.secretId':
    'Secret under <prefix>-access/<id>/ or <prefix>-access/shared/: {"token":"…"} for bearer, {"username":"…","password":"…"} for basic, {"clientSecret":"…"} for client-credentials.',
  'credentials.serviceUri':
    'IFS Cloud service URI. Where it is given, each new secret is tried on the projection list.',
  'credentials.probePath': 'What is read below serviceUri to try a new secret.',
  'credentials.schedule': 'When the secret is rotated.',
  'credentials.schedule.expression':
    'EventBridge Scheduler expression, for example cron(0 3 ? * SUN *) or rate(30 days)',
  'credentials.schedule.timezone': 'IANA time zone of the expression and the freezes, for example Europe/Stockholm',
  'credentials.schedule.flexibleWindow':
    'Lets the rotation begin up to so much later. ISO 8601, PT1M to PT24H, whole minutes.',
  'credentials.schedule.state': 'DISABLED stops scheduled rotations. Rotations on demand still work.',
  'credentials.freezes': 'Days on which scheduled rotations do nothing.',
  'credentials.freezes.from': 'First day, for example 2026-12-20',
  'credentials.freezes.to': 'Last day, included.',
  'credentials.freezes.reason': 'Why, for people.',
  'credentials.tags': 'Tags of the secret, free to choose.',
};
