/**
 * Many proxies in a process of its own, driven by messages of its parent: `LoadCommand` in, `LoadReport` out. Times are
 * milliseconds of the system's monotonic clock, which all processes of a machine share.
 */

import type { WireResponse } from '../../packages/xds/src/wire/responses.ts'
import type { Mode } from './ads-stream.ts'
import { LoadProxy } from './load-proxy.ts'
import { addressOf, namespaceOf } from './mesh-files.ts'
import { monotonicMs } from './monotonic-ms.ts'

export type LoadCommand =
  | {
      readonly type: 'connect'
      readonly target: string
      readonly mode: Mode
      readonly proxies: number
      readonly namespaces: number
      /** Of `LoadProxyOptions`. */
      readonly hosts?: readonly string[]
    }
  /** Report when every proxy has been sent something of this type that has this name in it. */
  | { readonly type: 'expect'; readonly typeUrl: string; readonly name: string | undefined }

export type LoadReport =
  | {
      readonly type: 'complete'
      readonly startedAtMs: number
      readonly atMs: readonly number[]
      readonly bytes: number
    }
  | { readonly type: 'expecting' }
  | { readonly type: 'arrived'; readonly atMs: readonly number[] }

const proxies: LoadProxy[] = []
const completeAt = new Map<LoadProxy, number>()
let startedAtMs = 0
let wanted:
  | { readonly typeUrl: string; readonly name: string | undefined; readonly at: Map<LoadProxy, number> }
  | undefined

process.on('message', (command: LoadCommand) => {
  if (command.type === 'connect') connect(command)
  else {
    wanted = { ...command, at: new Map() }
    report({ type: 'expecting' })
  }
})
process.once('disconnect', () => process.exit())

function connect({
  target,
  mode,
  proxies: count,
  namespaces,
  hosts,
}: LoadCommand & { readonly type: 'connect' }): void {
  // Those of an earlier time lose their streams now.
  for (const proxy of proxies.splice(0)) proxy.close()
  completeAt.clear()
  startedAtMs = monotonicMs()
  for (let index = 0; index < count; index += 1) {
    const options = {
      target,
      mode,
      index,
      namespace: namespaceOf({ namespaces }, index),
      address: addressOf(index, 0),
      hosts,
    }
    proxies.push(new LoadProxy({ ...options, onUpdate: see }))
  }
}

function see(proxy: LoadProxy, { typeUrl, resources, removals }: WireResponse): void {
  const now = monotonicMs()
  if (!completeAt.has(proxy) && proxy.complete) {
    completeAt.set(proxy, now)
    if (completeAt.size === proxies.length) {
      const bytes = proxies.reduce((sum, one) => sum + one.bytes, 0)
      report({ type: 'complete', startedAtMs, atMs: [...completeAt.values()], bytes })
    }
  }
  if (wanted === undefined || wanted.typeUrl !== typeUrl || wanted.at.has(proxy)) return
  const { name } = wanted
  if (name !== undefined && !resources.some((one) => one.name === name) && !removals.includes(name)) return
  wanted.at.set(proxy, now)
  if (wanted.at.size < proxies.length) return
  report({ type: 'arrived', atMs: [...wanted.at.values()] })
  wanted = undefined
}

function report(message: LoadReport): void {
  process.send?.(message)
}
