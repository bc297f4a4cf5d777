import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When the process `pid` started, in some stable form: together with the id it names one process for good.
 * Undefined if there is no such process.
 */
export function processStart(pid: number): string | undefined {
  return fromProc(pid) ?? fromPs(pid)
}

/** Field 22 of /proc/PID/stat: clock ticks since boot (proc_pid_stat(5)). The second field may hold blanks. */
function fromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function fromPs(pid: number): string | undefined {
  try {
    const output = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] })
    return output.toString().trim() || undefined
  } catch {
    return undefined
  }
}
