import { createInterface } from 'node:readline';
import { usage } from '../errors.ts';

/** What an answer has to be. */
export interface Question {
  readonly text: string;
  /** What an empty answer means. */
  readonly fallback?: string;
  /** Says what is wrong with an answer; undefined when nothing is. */
  readonly fault?: (answer: string) => string | undefined;
}

/** Asks on stderr, and takes a line of stdin for an answer: typed, or piped. */
export interface Questions {
  /** @throws {CliError} when stdin ends first */
  ask(question: Question): Promise<string>;
  /** Yes or no. */
  confirm(text: string, fallback: boolean): Promise<boolean>;
  close(): void;
}

/** Opens stdin for questions. */
export function openQuestions(): Questions {
  const lines = createInterface({ input: process.stdin });
  const each = lines[Symbol.asyncIterator]();
  const ask = async ({ text, fallback, fault }: Question): Promise<string> => {
    for (;;) {
      process.stderr.write(`${text}${fallback === undefined ? '' : ` [${fallback}]`}: `);
      const line = await each.next();
      if (line.done) throw usage(`stdin ended before this was answered: ${text}`, 'Repeat the command.');
      if (!process.stdin.isTTY) process.stderr.write('\n');
      const answer = line.value.trim() || (fallback ?? '');
      const wrong = answer === '' ? 'an answer is needed' : fault?.(answer);
      if (wrong === undefined) return answer;
      process.stderr.write(`  ${wrong}\n`);
    }
  };
  const confirm = async (text: string, fallback: boolean) => {
    const fault = (answer: string) => (/^(y|yes|n|no)$/i.test(answer) ? undefined : 'yes or no');
    return /^y/i.test(await ask({ text: `${text} (yes or no)`, fallback: fallback ? 'yes' : 'no', fault }));
  };
  return { ask, confirm, close: () => lines.close() };
}
