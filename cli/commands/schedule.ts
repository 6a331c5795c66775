import type { ApiCall } from '../api/client.ts';
import { bodyOf } from '../api/problems.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { shown } from '../terminal/text.ts';
import { type Act, begin, parseId, type Register } from './register.ts';

/** `csr pause`. */
export const pause: Register = (program, act) => {
  begin(program, {
    name: 'pause',
    description: 'stops scheduled rotations; rotations on demand still work',
    examples: ['csr pause acme-prod'],
    notes:
      'The next deployment sets the schedule as the fleet file has it: to pause for longer, set schedule.state there.',
  })
    .argument('<id>', 'the credential', parseId)
    .action(act(setState('DISABLED', 'scheduled rotations are paused')));
};

/** `csr resume`. */
export const resume: Register = (program, act) => {
  begin(program, {
    name: 'resume',
    description: 'lets scheduled rotations go on',
    examples: ['csr resume acme-prod'],
  })
    .argument('<id>', 'the credential', parseId)
    .action(act(setState('ENABLED', 'scheduled rotations go on')));
};

function setState(state: 'ENABLED' | 'DISABLED', words: string): Parameters<Act>[0] {
  return (async (context: Context, _options: object, id: string) => {
    const path = `/credentials/${encodeURIComponent(id)}/schedule`;
    const ifLost = `Repeat the command: doing the same twice does no harm.`;
    const call: ApiCall = { method: 'PATCH', path, body: { state }, credential: id, ifLost };
    const value = bodyOf<{ note?: string }>(call, await (await context.api()).send(call));
    const note = value.note === undefined ? '' : ` ${shown(value.note)}`;
    return { exit: EXIT.done, value, text: `${id}: ${words}.${note}` };
  }) as Parameters<Act>[0];
}
