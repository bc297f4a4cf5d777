import { PROXY_USAGE } from '@mizzen/proxy'
import { Command } from 'commander'
import type { BuildCommand } from '../command.ts'

/** `mizzen help proxy`. The command itself is run by `main.ts`, without any of this. */
export const build: BuildCommand = ({ io }) =>
  new Command('proxy')
    .description(PROXY_USAGE)
    .helpOption(false)
    .action(() => io.out(`${PROXY_USAGE}\n`))
