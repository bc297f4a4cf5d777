import { setTimeout as sleep } from 'node:timers/promises'
import type { Condition, Kind, Resource } from '@mizzen/api'
import { parseDuration } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import { Command } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'
import { namespaceFor, parseReferences } from '../documents/object-reference.ts'
import type { ApiClient, WatchEvent } from '../mesh/api-client.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { qualifiedName } from '../print/objects.ts'

interface Options extends MeshOptions {
  readonly namespace: string
  readonly for: string
  readonly timeout: string
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('wait'))
    .description(
      'Blocks until an object is in a condition: "programmed" (every affected proxy has acknowledged its present\n' +
        'generation), another condition of its status, or "delete".',
    )
    .argument('<object...>', 'KIND/NAME…')
    .option('--for <condition>', 'programmed, condition=NAME or delete', 'programmed')
    .option('--timeout <duration>', 'give up after this time', '30s')
    .option('-n, --namespace <namespace>', 'namespace of the objects', 'default')
    .addHelpText('after', '\nExample: mizzen wait vs/myapp-virtualservice --for programmed --timeout 10s')
    .action((words: readonly string[], options: Options) => waitFor(words, options, context))

async function waitFor(words: readonly string[], options: Options, { io }: CommandContext): Promise<void> {
  const references = parseReferences(words)
  const mesh = findMesh(options, io)
  const signal = AbortSignal.timeout(timeoutMs(options.timeout))
  for (const { kind, name } of references) {
    if (name === undefined) throw new MizzenError('usage', 'name the objects, as KIND/NAME')
    const target = { kind, namespace: namespaceFor(kind, options.namespace), name }
    io.out(`${await waitForOne(target, wanted(options.for), signal, mesh)}\n`)
  }
}

/** A control plane that is away comes back; until then nobody can know. */
function outOfReach(error: unknown): false {
  if (error instanceof MizzenError && error.code === 'unreachable') return false
  throw error
}

const RETRY_MS = 100

interface Target {
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
}

/** Resolves with the line that says what came true. Throws MizzenError `timeout`, `rejected`, `not-found`. */
async function waitForOne(target: Target, condition: string, signal: AbortSignal, mesh: ApiClient): Promise<string> {
  const { kind, namespace, name } = target
  if (condition === 'delete') {
    const gone = await mesh.get(kind, namespace, name).catch(isNotFound)
    if (gone === undefined) return `${kind.singular}/${name} deleted`
  } else await mesh.get(kind, namespace, name)
  let last: Resource | undefined
  const onEvent = ({ type, object }: WatchEvent) => {
    last = object
    if (type === 'DELETED' && condition !== 'delete') throw new MizzenError('not-found', `${name} was deleted`)
    return type === 'DELETED' || isMet(object, condition)
  }
  const scope = kind.namespaced ? namespace : undefined
  while (!signal.aborted) {
    const met = await mesh.watch(kind, scope, { name, signal }, onEvent).catch(outOfReach)
    if (met && last !== undefined) return metLine(last, condition)
    if (!met) await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
  }
  const state = last && conditionOf(last, condition)?.message
  throw new MizzenError('timeout', `timed out waiting for ${kind.singular}/${name}${state ? `: ${state}` : ''}`)
}

function metLine(object: Resource, condition: string): string {
  if (condition === 'delete') return `${qualifiedName(object)} deleted`
  const message = conditionOf(object, condition)?.message
  return `${qualifiedName(object)} condition met${message ? ` (${message})` : ''}`
}

/** A condition that speaks of an older generation is not met. A refusal by a proxy will not mend itself. */
function isMet(object: Resource, name: string): boolean {
  const condition = conditionOf(object, name)
  const current = condition?.observedGeneration ?? object.metadata.generation
  if (condition === undefined || current !== object.metadata.generation) return false
  if (condition.reason === 'Rejected')
    throw new MizzenError('rejected', `${qualifiedName(object)}: ${condition.message}`)
  return condition.status === 'True'
}

function conditionOf(object: Resource, name: string): Condition | undefined {
  const { conditions } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] }
  return conditions?.find(({ type }) => type.toLowerCase() === name)
}

function wanted(text: string): string {
  return text
    .toLowerCase()
    .replace(/^condition=/, '')
    .replace(/=true$/, '')
}

function timeoutMs(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined || ms <= 0) throw new MizzenError('usage', `${JSON.stringify(text)} is not a time, as 30s`)
  return ms
}

function isNotFound(error: unknown): undefined {
  if (error instanceof MizzenError && error.code === 'not-found') return undefined
  throw error
}
