import type { Command } from 'commander'
import type { Io } from './io.ts'

/** Exit statuses: yes; no (invalid, unhealthy, failed); wrong usage. */
export const EXIT = { yes: 0, no: 1, usage: 2 } as const

/** What a command is given besides its arguments. */
export interface CommandContext {
  readonly io: Io
  /** Sets the exit status; `EXIT.yes` if never called. */
  readonly exit: (status: number) => void
  /** All commands that there are. */
  readonly commands: readonly { readonly name: string; readonly summary: string }[]
}

/** Every file in `commands/` exports one of these as `build`. */
export type BuildCommand = (context: CommandContext) => Command
