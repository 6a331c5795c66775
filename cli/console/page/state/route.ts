import { useEffect, useState } from 'preact/hooks';

/** Where somebody is. */
export type Route =
  | { readonly view: 'fleet' }
  | { readonly view: 'tasks' }
  | { readonly view: 'rotations' }
  | { readonly view: 'rotation'; readonly id: string }
  | { readonly view: 'credential'; readonly id: string };

/** The address of a view, within the page. */
export function hrefOf(route: Route): string {
  if (route.view === 'credential') return `#/credentials/${encodeURIComponent(route.id)}`;
  if (route.view === 'rotation') return `#/rotations/${encodeURIComponent(route.id)}`;
  return route.view === 'fleet' ? '#/' : `#/${route.view}`;
}

function routeOf(hash: string): Route {
  const [, of, id] = /^#\/(credentials|rotations)\/([^/]+)$/.exec(hash) ?? [];
  if (id !== undefined) return { view: of === 'rotations' ? 'rotation' : 'credential', id: decodeURIComponent(id) };
  const found = (['tasks', 'rotations'] as const).find((view) => hash === `#/${view}`);
  return { view: found ?? 'fleet' };
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const moved = () => setRoute(routeOf(location.hash));
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return route;
}
