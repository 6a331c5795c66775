import { Argument, type Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { begin, type Register } from './register.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** What can be typed after some words: further words, or options. */
interface Level {
  /** The words so far, without `csr`. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly about: string }[];
}

/** `csr completion`. */
export const completion: Register = (program, act) => {
  begin(program, {
    name: 'completion',
    description: 'prints a script that completes csr in a shell',
    examples: [
      'source <(csr completion bash)',
      'csr completion zsh > ~/.zsh/completions/_csr',
      'csr completion fish > ~/.config/fish/completions/csr.fish',
    ],
  })
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action(
      act(async (_context, _options: object, shell: Shell) => {
        const text = SCRIPTS[shell](levelsOf(program));
        return { exit: EXIT.done, value: { shell, script: text }, text };
      }),
    );
};

function levelsOf(command: Command, path: readonly string[] = [], above: readonly Command[] = []): Level[] {
  const all = [command, ...above].flatMap((one) => one.options);
  const options = all.map(({ long, short, description }) => ({ word: long ?? short ?? '', about: description }));
  const commands = command.commands.map((one) => ({ word: one.name(), about: one.description() }));
  const help = { word: '--help', about: 'shows help' };
  const here = { path: path.join(' '), words: [...commands, ...options, help] };
  return [here, ...command.commands.flatMap((one) => levelsOf(one, [...path, one.name()], [command, ...above]))];
}

const SCRIPTS: Readonly<Record<Shell, (levels: readonly Level[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** The words before the cursor that are no options lead to the level; a word that leads nowhere is an argument. */
function bashScript(levels: readonly Level[]): string {
  return `_csr() {
  local path='' next word
  local -A levels=(
${levels.map(({ path, words }) => `    [${quoted(`/${path}`)}]=${quoted(words.map(({ word }) => word).join(' '))}`).join('\n')}
  )
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    [[ -n \${levels["/$next"]+x} ]] && path=$next
  done
  COMPREPLY=($(compgen -W "\${levels["/$path"]}" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _csr csr`;
}

function zshScript(levels: readonly Level[]): string {
  const list = (words: Level['words']) => words.map(({ word, about }) => quoted(`${word}:${about}`)).join(' ');
  return `#compdef csr
_csr() {
  local path='' next word
  local -a here
  for word in "\${(@)words[2,CURRENT-1]}"; do
    next="\${path:+$path }$word"
    case $next in
${levels
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      ${quoted(path)}) path=$next ;;`)
  .join('\n')}
    esac
  done
  case $path in
${levels.map(({ path, words }) => `    ${quoted(path)}) here=(${list(words)}) ;;`).join('\n')}
  esac
  _describe csr here || _files
}
if [[ $funcstack[1] == _csr ]]; then _csr "$@"; else compdef _csr csr; fi`;
}

function fishScript(levels: readonly Level[]): string {
  const lines = levels.flatMap(({ path, words }) => {
    const deeper = words.filter(({ word }) => !word.startsWith('-')).map(({ word }) => word);
    const seen = path
      .split(' ')
      .filter(Boolean)
      .map((word) => `__fish_seen_subcommand_from ${word}`);
    const not = deeper.length > 0 ? [`not __fish_seen_subcommand_from ${deeper.join(' ')}`] : [];
    const when = quoted([...seen, ...not].join('; and ') || 'true');
    return words.map(({ word, about }) => {
      const what = word.startsWith('--')
        ? `-l ${word.slice(2)}`
        : word.startsWith('-')
          ? `-s ${word.slice(1)}`
          : `-f -a ${word}`;
      return `complete -c csr -n ${when} ${what} -d ${quoted(about)}`;
    });
  });
  return lines.join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
