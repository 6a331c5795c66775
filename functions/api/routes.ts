/** The routes of the HTTP API, as the gateway names them: method and path. */
export const ROUTES = [
  'GET /credentials',
  'GET /credentials/{id}',
  'POST /credentials/{id}/rotations',
  'GET /credentials/{id}/rotations',
  'GET /credentials/{id}/rotations/{rotationId}',
  'POST /credentials/{id}/rollback',
  'PATCH /credentials/{id}/schedule',
  'POST /credentials/{id}/connectors/{name}/acknowledgement',
] as const;

export type Route = (typeof ROUTES)[number];
