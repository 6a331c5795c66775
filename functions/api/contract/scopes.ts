/** What a token may allow, where callers bring tokens instead of signatures. */
export type Scope = 'rotation:read' | 'rotation:write';

/**
 * The scope that a token needs for a route. The gateway decides by the route alone, and reads no body: a dry run needs what a rotation
 * needs.
 *
 * @param route as the gateway names it: `GET /credentials/{id}`
 */
export function scopeOf(route: string): Scope {
  return route.startsWith('GET ') ? 'rotation:read' : 'rotation:write';
}
