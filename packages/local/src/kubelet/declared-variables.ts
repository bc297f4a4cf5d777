import type { Container, EnvVar, Pod } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'

export type Variables = Readonly<Record<string, string>>

/** Finds an entry of a ConfigMap or Secret (decoded), or all of them. */
export interface ConfigLookup {
  entries(kind: 'ConfigMap' | 'Secret', name: string): Variables | undefined
}

export interface EnvironmentFacts {
  readonly pod: Pod
  readonly podIP: string
  readonly config: ConfigLookup
  /** Container port to private port, if a sidecar stands before the application. */
  readonly privatePorts: ReadonlyMap<number, number>
  readonly behindSidecar: boolean
}

/**
 * The variables of a container's specification, in order; later ones may refer to earlier ones as $(NAME). Throws
 * MizzenError `missing-reference` if what a variable refers to is not there.
 */
export function declaredVariables(container: Container, facts: EnvironmentFacts): Variables {
  const variables: Record<string, string> = {}
  for (const source of container.envFrom ?? []) Object.assign(variables, importedVariables(source, facts.config))
  for (const variable of container.env ?? []) {
    const value = variableValue(variable, facts, variables)
    if (value !== undefined) variables[variable.name] = value
  }
  return variables
}

type EnvFrom = NonNullable<Container['envFrom']>[number]

function importedVariables({ prefix = '', configMapRef, secretRef }: EnvFrom, config: ConfigLookup): Variables {
  const kind = configMapRef === undefined ? 'Secret' : 'ConfigMap'
  const reference = configMapRef ?? secretRef
  if (reference?.name === undefined) return {}
  const entries = config.entries(kind, reference.name)
  if (entries === undefined && reference.optional !== true) throw missing(`${kind} ${reference.name} not found`)
  return Object.fromEntries(Object.entries(entries ?? {}).map(([key, value]) => [`${prefix}${key}`, value]))
}

function variableValue(variable: EnvVar, facts: EnvironmentFacts, earlier: Variables): string | undefined {
  const from = variable.valueFrom
  if (from === undefined) return expand(variable.value ?? '', earlier)
  if (from.fieldRef !== undefined) return fieldValue(from.fieldRef.fieldPath, facts)
  if (from.configMapKeyRef !== undefined) return keyValue('ConfigMap', from.configMapKeyRef, facts.config)
  if (from.secretKeyRef !== undefined) return keyValue('Secret', from.secretKeyRef, facts.config)
  return undefined
}

function keyValue(
  kind: 'ConfigMap' | 'Secret',
  reference: { readonly name?: string; readonly key: string; readonly optional?: boolean },
  config: ConfigLookup,
): string | undefined {
  const { name = '', key, optional } = reference
  const value = config.entries(kind, name)?.[key]
  if (value === undefined && optional !== true) throw missing(`${kind} ${name} has no key ${key}`)
  return value
}

/** The downward API: https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
function fieldValue(path: string, { pod, podIP }: EnvironmentFacts): string | undefined {
  const { metadata, spec } = pod
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path)
  if (keyed !== null) return metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2] ?? ''] ?? ''
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid ?? '',
    'spec.nodeName': spec.nodeName ?? '',
    'spec.serviceAccountName': spec.serviceAccountName ?? 'default',
    'status.hostIP': '127.0.0.1',
    'status.podIP': podIP,
    'status.podIPs': podIP,
  }
  if (!(path in fields)) throw missing(`fieldPath ${path} is not supported`)
  return fields[path]
}

/** `$(NAME)` becomes the variable's value and `$$` a dollar; what names no variable stays as it is. */
export function expand(text: string, variables: Variables): string {
  return text.replace(/\$\$|\$\(([^()]+)\)/g, (found, name?: string) =>
    name === undefined ? '$' : (variables[name] ?? found),
  )
}

const missing = (message: string) => new MizzenError('missing-reference', message)
