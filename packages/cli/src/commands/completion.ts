import { kinds } from '@mizzen/api'
import { Argument, Command } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

export const build: BuildCommand = ({ io, commands }) =>
  new Command('completion')
    .description('Prints a script that completes commands and kinds in your shell.')
    .addArgument(new Argument('<shell>', 'name of the shell').choices(SHELLS))
    .addHelpText('after', '\nExample: source <(mizzen completion bash)')
    .action((shell: (typeof SHELLS)[number]) => io.out(SCRIPTS[shell](commands, kindWords())))

/** Commands whose next word is a kind. */
const TAKES_KIND = ['get', 'delete', 'edit', 'wait']

function kindWords(): readonly string[] {
  return kinds.map(({ shortNames, plural }) => shortNames[0] ?? plural)
}

type Script = (commands: CommandContext['commands'], kindNames: readonly string[]) => string

function names(commands: CommandContext['commands']): string {
  return commands.map(({ name }) => name).join(' ')
}

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], Script>> = {
  bash: (commands, kindNames) => `_mizzen() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names(commands)}" -- "$word"))
  elif [ "$COMP_CWORD" -eq 2 ] && [[ " ${TAKES_KIND.join(' ')} " == *" \${COMP_WORDS[1]} "* ]]; then
    COMPREPLY=($(compgen -W "${kindNames.join(' ')}" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _mizzen mizzen
`,
  zsh: (commands, kindNames) => `#compdef mizzen
_mizzen() {
  if (( CURRENT == 2 )); then
    compadd ${names(commands)}
  elif (( CURRENT == 3 )) && [[ " ${TAKES_KIND.join(' ')} " == *" $words[2] "* ]]; then
    compadd ${kindNames.join(' ')}
  else
    _files
  fi
}
compdef _mizzen mizzen
`,
  fish: (commands, kindNames) =>
    [
      ...commands.map(
        ({ name, summary }) => `complete -c mizzen -f -n __fish_use_subcommand -a ${name} -d '${summary}'`,
      ),
      `complete -c mizzen -f -n '__fish_seen_subcommand_from ${TAKES_KIND.join(' ')}' -a '${kindNames.join(' ')}'`,
      '',
    ].join('\n'),
}
