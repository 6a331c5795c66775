import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { NO_FILTER } from '../model/fleet.ts';
import { useAbout } from '../state/clock.ts';
import { useFleet } from '../state/fleet.ts';
import { hrefOf, type Route, useRoute } from '../state/route.ts';
import { CredentialPage } from './credential/credential.tsx';
import { FleetPage } from './fleet/fleet.tsx';
import { RotationPage } from './rotations/rotation.tsx';
import { RotationsPage } from './rotations/rotations.tsx';
import { TasksPage } from './tasks/tasks.tsx';

/** The page: its head, and one of its views. */
export function App() {
  const route = useRoute();
  const fleet = useFleet();
  const [filter, setFilter] = useState(NO_FILTER);
  const main = useMovedFocus(route);
  const tasks = fleet.listed.reduce((sum, one) => sum + ('problem' in one ? 0 : one.tasks.length), 0);
  return (
    <>
      <Head route={route} tasks={tasks} />
      <main ref={main} tabIndex={-1}>
        {route.view === 'fleet' ? <FleetPage fleet={fleet} filter={filter} onFilter={setFilter} /> : null}
        {route.view === 'tasks' ? <TasksPage fleet={fleet} /> : null}
        {route.view === 'rotations' ? <RotationsPage /> : null}
        {route.view === 'rotation' ? <RotationPage key={route.id} id={route.id} /> : null}
        {route.view === 'credential' ? <CredentialPage key={route.id} id={route.id} onChanged={fleet.refresh} /> : null}
      </main>
    </>
  );
}

function Head({ route, tasks }: { route: Route; tasks: number }) {
  const about = useAbout();
  const at = (view: Route['view']) => (route.view === view ? 'page' : undefined);
  return (
    <header class="head">
      <div class="inner">
        <a class="brand" href={hrefOf({ view: 'fleet' })}>
          <img src="icon.svg" alt="" width="28" height="28" />
          <span>
            {about?.prefix ?? 'Console'}
            <small>{about?.api ?? ''}</small>
          </span>
        </a>
        <nav aria-label="Views">
          <a href={hrefOf({ view: 'fleet' })} aria-current={at('fleet')}>
            Fleet
          </a>
          <a href={hrefOf({ view: 'tasks' })} aria-current={at('tasks')}>
            Tasks{tasks > 0 ? <span class="count">{tasks}</span> : null}
          </a>
          <a href={hrefOf({ view: 'rotations' })} aria-current={at('rotations')}>
            Rotations
          </a>
        </nav>
      </div>
    </header>
  );
}

function titleOf(route: Route): string {
  if (route.view === 'credential') return route.id;
  return { fleet: 'Fleet', tasks: 'Tasks', rotations: 'Rotations of many', rotation: 'Rotation of many' }[route.view];
}

/** Whoever moves to another view by keyboard or screen reader begins at its top. */
function useMovedFocus(route: Route) {
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const place = hrefOf(route);
  useLayoutEffect(() => {
    document.title = titleOf(route);
    if (!first.current) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    first.current = false;
  }, [place]);
  return main;
}
