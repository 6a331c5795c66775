import type { WaveProgress } from '../../../../../functions/many/progress.ts';
import { formatNumber } from '../../format.ts';

const PARTS = ['done', 'failed', 'running', 'waiting'] as const;

/** How far each wave is. */
export function WavesTable({ waves, isOver }: { waves: readonly WaveProgress[]; isOver: boolean }) {
  return (
    <table class="waves">
      <caption class="sr-only">Waves, in their order</caption>
      <thead>
        <tr>
          <th scope="col">Wave</th>
          {['Done', 'Failed', 'Running', isOver ? 'Not begun' : 'To come'].map((head) => (
            <th key={head} scope="col" class="number">
              {head}
            </th>
          ))}
          <th scope="col" class="number wide">
            Failures borne
          </th>
          <th scope="col" class="wider">
            Outcomes
          </th>
        </tr>
      </thead>
      <tbody>
        {waves.map((wave, index) => (
          // Two waves may have one name.
          <WaveRow key={`${index} ${wave.name}`} wave={wave} />
        ))}
      </tbody>
    </table>
  );
}

function WaveRow({ wave }: { wave: WaveProgress }) {
  const { name, total, tolerated, failed, outcomes } = wave;
  const words = Object.entries(outcomes).map(([word, count]) => `${word} ${formatNumber(count)}`);
  return (
    <tr>
      <th scope="row">
        {name}
        <small>of {formatNumber(total)}</small>
        <Bar wave={wave} />
      </th>
      {PARTS.map((part) => (
        <td key={part} class={`number ${part === 'failed' && failed > tolerated ? 'over' : ''}`}>
          {formatNumber(wave[part])}
        </td>
      ))}
      <td class="number wide">{formatNumber(tolerated)}</td>
      <td class="wider">{words.join(', ')}</td>
    </tr>
  );
}

/** The numbers of the row, side by side. */
function Bar({ wave }: { wave: WaveProgress }) {
  let from = 0;
  return (
    <svg class="share" aria-hidden="true">
      {(['done', 'failed', 'running'] as const).map((part) => {
        const width = (100 * wave[part]) / (wave.total || 1);
        const x = from;
        from += width;
        return <rect key={part} class={part} x={`${x}%`} width={`${width}%`} height="100%" />;
      })}
    </svg>
  );
}
