import { useEffect, useState } from 'preact/hooks';

/** Where somebody is. */
export type Route =
  | { readonly view: 'fleet' }
  | { readonly view: 'tasks' }
  | { readonly view: 'credential'; readonly id: string };

/** The address of a view, within the page. */
export function hrefOf(route: Route): string {
  if (route.view === 'credential') return `#/credentials/${encodeURIComponent(route.id)}`;
  return route.view === 'tasks' ? '#/tasks' : '#/';
}

function routeOf(hash: string): Route {
  const id = /^#\/credentials\/([^/]+)$/.exec(hash)?.[1];
  if (id !== undefined) return { view: 'credential', id: decodeURIComponent(id) };
  return { view: hash === '#/tasks' ? 'tasks' : 'fleet' };
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
