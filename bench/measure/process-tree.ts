import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A process and all that descend from it, as /proc shows them now (Linux). */
function processTree(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const parent = statFields(Number(entry))?.[PARENT]
    if (parent !== undefined) children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(entry)])
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/** Positions after the command's name in /proc/PID/stat (proc(5) counts from 1 and from the pid). */
const PARENT = 1
const USER_TICKS = 11
const SYSTEM_TICKS = 12

/** @returns undefined if the process is gone */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name stands in parentheses and may hold anything, so the fields count from the last one.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** CPU time, user and system, that the tree's living processes have used so far, in microseconds. */
export function cpuMicros(root: number): number {
  const ticks = processTree(root).map((pid) => {
    const fields = statFields(pid)
    return fields === undefined ? 0 : Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])
  })
  return (sum(ticks) * 1e6) / ticksPerSecond
}

export interface Memory {
  /** All pages in memory, bytes; pages that several processes share are counted for each. */
  readonly resident: number
  /** Of those, the ones no file stands behind (heaps, stacks): what each further process of the kind costs for sure. */
  readonly anonymous: number
}

/** Memory of the tree. */
export function memoryOf(root: number): Memory {
  const tree = processTree(root).map(statusOf)
  return {
    resident: sum(tree.map((status) => bytes(status, 'VmRSS'))),
    anonymous: sum(tree.map((status) => bytes(status, 'RssAnon'))),
  }
}

function bytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
}

/** '' if the process is gone. */
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    return ''
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
