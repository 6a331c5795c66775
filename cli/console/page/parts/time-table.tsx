import type { TimeLine } from '../model/timeline.ts';
import { shortVersion } from '../model/words.ts';
import { Moment } from './moment.tsx';

/** The time line in words. */
export function TimeTable({ line: { lanes, marks } }: { line: TimeLine }) {
  return (
    <details>
      <summary>As a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section class="scroll" tabIndex={0} aria-label="Time line as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Version</th>
              <th scope="col">From</th>
              <th scope="col">Until</th>
            </tr>
          </thead>
          <tbody>
            {lanes.flatMap(({ name, segments }) =>
              segments.map(({ version, from, to, end }) => (
                <tr key={`${name} ${version}`}>
                  <th scope="row">{name}</th>
                  <td>{end === 'unproven' ? 'not proven' : <code title={version}>{shortVersion(version)}</code>}</td>
                  <td>
                    <Moment at={from} />
                  </td>
                  <td>
                    {end === 'goes-on' ? 'now' : <Moment at={to} />}
                    {end === 'planned' ? ' (planned)' : ''}
                  </td>
                </tr>
              )),
            )}
            {marks.map(({ at, text }) => (
              <tr key={text}>
                <th scope="row">{text}</th>
                <td />
                <td>
                  <Moment at={at} />
                </td>
                <td />
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
