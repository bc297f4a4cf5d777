import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/** Ends process groups when this program dies, however it dies. */
export interface Watchdog {
  guard(group: number): void
  /** The group has ended by itself: its number may be given to somebody else from now on. */
  release(group: number): void
  /** Ends what is still guarded, and the watchdog. */
  close(): Promise<void>
}

/**
 * Reads `add N` and `del N`; at the end of its input (the writer is gone, or closed it) kills the groups that are left.
 * Deaf to the signals that a terminal sends to everybody.
 */
const SCRIPT = `
trap '' INT TERM HUP QUIT
groups=' '
while read -r verb group; do
  case $verb in
    add) groups="$groups$group " ;;
    del)
      rest=' '
      for one in $groups; do [ "$one" = "$group" ] || rest="$rest$one "; done
      groups=$rest ;;
  esac
done
for one in $groups; do kill -s KILL -- "-$one" 2>/dev/null; done
`

/** The watchdog is a shell in a session of its own: it needs next to no memory, and outlives a killed parent. */
export function startWatchdog(): Watchdog {
  const child = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: {} })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  // A watchdog that died can't be written to; its absence must not end the program.
  child.stdin.on('error', () => {})
  // It must not keep the program alive that it watches.
  child.unref()
  const input = child.stdin as Socket
  input.unref()
  return {
    guard: (group) => void input.write(`add ${group}\n`),
    release: (group) => void input.write(`del ${group}\n`),
    close() {
      child.ref()
      input.end()
      return exited
    },
  }
}
