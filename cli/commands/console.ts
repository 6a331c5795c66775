import type { Context } from '../context.ts';
import { usage } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { begin, parseNumber, type Register } from './register.ts';

/** `csr console`. Its parts are loaded with the command only. `console` is a name of Node's own. */
export const consolePage: Register = (program, act) => {
  begin(program, {
    name: 'console',
    description:
      'serves a page on this machine: the fleet, each credential with its time line, and what a person has to do',
    examples: ['csr console', 'csr console --port 8400 --profile acme-operator'],
    notes: `The page answers on 127.0.0.1 only, to the one browser that opens the printed link first, and does what your own AWS
credentials may. Ctrl-C ends it.`,
  })
    .option('--port <n>', 'the port; without it a free one', parseNumber(65_535))
    .action(
      act(async (context: Context, { port }: { port?: number }) => {
        const { prefix, session, note } = context;
        const api = await context.api();
        const { startConsole } = await import('../console/console.ts');
        const running = await startConsole({ prefix, session, api, note }, port).catch(portTaken);
        const ended = signalled();
        note(
          `The console of ${prefix} is open. The link works once, in one browser; Ctrl-C ends it.\n\n  ${running.link}\n`,
        );
        await ended;
        await running.close();
        return { exit: EXIT.done, value: { console: 'ended' }, text: 'The console has ended.' };
      }),
    );
};

function portTaken(error: NodeJS.ErrnoException): never {
  if (error.code === 'EADDRINUSE') throw usage('The port is taken', 'Choose another one with --port, or leave it out.');
  throw error;
}

/** Until Ctrl-C, or until somebody ends this process. */
async function signalled(): Promise<void> {
  await new Promise((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
}
