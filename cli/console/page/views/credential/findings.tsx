import type { Credential } from '../../model/answers.ts';
import { Distance } from '../../parts/moment.tsx';

/** What audits have found, and is not put right yet. */
export function Findings({ credential: { findings }, now }: { credential: Credential; now: number }) {
  if (!findings || findings.length === 0) return null;
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">Found by audits</h2>
      {findings.map(({ kind, title, about, detail, since, next }) => (
        <div class="note warn" key={`${kind} ${about ?? ''}`}>
          <h3>
            {title}
            {about ? <span class="muted"> {about}</span> : null}
          </h3>
          <p>{detail}</p>
          <p class="next">
            <strong>What to do</strong> {next}
          </p>
          <p class="code">
            {kind}, since <Distance at={since} now={now} />
          </p>
        </div>
      ))}
    </section>
  );
}
