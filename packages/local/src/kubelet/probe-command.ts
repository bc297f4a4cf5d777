import type { Clock } from '@mizzen/base'
import type { ProcessSpec, StartProcess } from '../process/process-group.ts'
import type { CheckResult } from './prober.ts'

/** Runs commands to their end: good is status 0 within the limit. What runs longer is killed, with its children. */
export type Execute = (spec: Omit<ProcessSpec, 'logPath'>, limitMs: number) => Promise<CheckResult>

export function commandExecutor(startProcess: StartProcess, clock: Clock): Execute {
  return async (spec, limitMs) => {
    const process = startProcess({ ...spec, logPath: '/dev/null' })
    let late = false
    const limit = clock.after(limitMs, () => {
      late = true
      process.kill('SIGKILL')
    })
    const exit = await process.exited
    limit.cancel()
    if (exit.kind === 'not-started') return { ok: false, message: exit.message }
    if (late) return { ok: false, message: `${spec.command[0]} took longer than ${limitMs} ms` }
    if (exit.kind === 'exited' && exit.code === 0) return { ok: true }
    const end = exit.kind === 'exited' ? `status ${exit.code}` : exit.signal
    return { ok: false, message: `${spec.command[0]} ended with ${end}` }
  }
}
