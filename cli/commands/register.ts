import { type Command, InvalidArgumentError } from 'commander';
import { ID, ID_RULE } from '../../functions/credential/settings/parts/parts.ts';
import type { Context, Result } from '../context.ts';

/** Carries a command out: `work` gets its options and then its arguments. */
export type Act = <Options extends object, Args extends unknown[]>(
  work: (context: Context, options: Options, ...args: Args) => Promise<Result>,
) => (...all: unknown[]) => Promise<void>;

/** Adds one command to the program. */
export type Register = (program: Command, act: Act) => void;

/** What a command is called, and how it is used. */
export interface Spec {
  /** With its arguments: `rotate <id>`. */
  readonly name: string;
  readonly description: string;
  /** Whole command lines. Tests run them. */
  readonly examples: readonly string[];
  /** More that a person has to know. */
  readonly notes?: string;
}

/** Begins a command; its help ends with examples. */
export function begin(program: Command, { name, description, examples, notes }: Spec): Command {
  const list = examples.map((example) => `  ${example}`).join('\n');
  const after = `${notes === undefined ? '' : `\n${notes}\n`}\nExamples:\n${list}`;
  return program.command(name).description(description).addHelpText('after', after);
}

/** A credential's id: anything else is refused before it is sent. */
export function parseId(text: string): string {
  if (ID.test(text)) return text;
  throw new InvalidArgumentError(`It ${ID_RULE}.`);
}

/** Why, as the API takes it. */
export function parseReason(text: string): string {
  const reason = text.trim();
  if (reason.length >= 1 && reason.length <= 500) return reason;
  throw new InvalidArgumentError('It must be 1 to 500 characters long.');
}

/** A whole number. */
export function parseNumber(most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  };
}

/** Appends to the values of an option that can be given several times. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
