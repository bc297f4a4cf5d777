import { parseArgs } from 'node:util'

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}

/** Options that benches share; each takes those that it names. All are text. */
export interface Given {
  readonly seconds?: string
  readonly runs?: string
  readonly only?: string
  readonly proxies?: string
  readonly requests?: string
  readonly routes?: string
  readonly connections?: string
  readonly profile?: string
  readonly mode?: string
  readonly server?: string
  readonly folder?: string
  readonly pid?: string
  readonly output: string
}

/** @returns the bench's name and the options @throws UsageError */
export function readArguments(args: readonly string[]): { name: string; given: Given } {
  const text = { type: 'string' } as const
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...{ seconds: text, runs: text, only: text, proxies: text, requests: text, connections: text, profile: text },
        ...{ mode: text, server: text, folder: text, pid: text, routes: text },
        output: { type: 'string', short: 'o', default: 'table' },
      },
    })
    if (values.output !== 'table' && values.output !== 'json') throw new Error(`-o ${values.output}: table or json`)
    return { name: positionals.length === 1 ? (positionals[0] as string) : '', given: values }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** A whole number from 1. @throws UsageError */
export function count(name: keyof Given, given: Given, otherwise: number): number {
  const text = given[name]
  if (text === undefined) return otherwise
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--${name} ${text}: not a whole number from 1`)
  return Number(text)
}

/** Those of `known` that a comma-separated option names, in the order of `known`; all by default. @throws UsageError */
export function selection<T extends { readonly name: string }>(
  name: keyof Given,
  given: Given,
  known: readonly T[],
): readonly T[] {
  const wanted = given[name]?.split(',')
  if (wanted === undefined) return known
  const unknown = wanted.filter((one) => !known.some((each) => each.name === one))
  if (unknown.length > 0) {
    throw new UsageError(
      `--${name}: unknown ${unknown.join(', ')} (known: ${known.map((each) => each.name).join(', ')})`,
    )
  }
  return known.filter((each) => wanted.includes(each.name))
}
