import { MizzenError } from '@mizzen/base'
import type { Labels } from './labels.ts'

/** Who asks for configuration, as far as the answer depends on it. */
export interface ProxySpec {
  readonly type: 'sidecar' | 'router'
  readonly namespace: string
  readonly labels: Labels
  readonly ip: string
  /** The data plane: `mizzen` gets our own filters, all others what a stock Envoy takes. */
  readonly agent: string
  /** A gRPC library that takes its configuration without a proxy: `GENERATOR: grpc` in Istio's metadata. */
  readonly proxyless: boolean
  /** The cluster of its bootstrap by which it streams logs to the control plane; '' = it does not. */
  readonly logCluster: string
  /** Address that gateway listeners without `bind` bind to. */
  readonly bindAddress: string
  /** Port of the outbound HTTP proxy of a sidecar; 0 for none. */
  readonly httpProxyPort: number
  /** Connections of its workload come to it by redirection (iptables), wherever they go. */
  readonly intercepts: boolean
  /** By TPROXY, which keeps the addresses of both ends. */
  readonly transparent: boolean
  /** Its outbound HTTP proxy fetches virtual hosts when requests need them (VHDS); needs delta xDS. */
  readonly onDemandHosts: boolean
  /** It answers DNS queries, and so has a table of names (NDS). */
  readonly dnsCapture: boolean
  /** Private port of the application by container port, where they differ. */
  readonly appPorts: Readonly<Record<string, number>>
  /** Container ports by name. */
  readonly podPorts: Readonly<Record<string, number>>
}

export interface NodeIdentity {
  readonly id: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly userAgentName: string
}

/** Reads `type~ip~pod.namespace~namespace.svc.domain` and Istio's node metadata. Throws MizzenError `invalid-node`. */
export function proxySpecOf(node: NodeIdentity): ProxySpec {
  const [type, ip = '', workload = '', domain = '', ...rest] = node.id.split('~')
  if ((type !== 'sidecar' && type !== 'router') || rest.length > 0 || domain === '' || ip === '') {
    throw new MizzenError('invalid-node', `"${node.id}" is not the id of a sidecar or router`, {
      path: 'node.id',
      hint: 'it has the form type~ip~pod.namespace~namespace.svc.domain, type being sidecar or router',
    })
  }
  return specOf({
    type,
    ip,
    namespace: text(node.metadata.NAMESPACE) || workload.slice(workload.lastIndexOf('.') + 1),
    metadata: node.metadata,
    agent: node.userAgentName,
  })
}

export interface ProxyFacts {
  readonly type: 'sidecar' | 'router'
  readonly namespace?: string
  readonly labels?: Labels
  readonly ip?: string
  readonly agent?: string
  readonly metadata?: Readonly<Record<string, unknown>>
}

const INTERCEPTING: ReadonlySet<string> = new Set(['REDIRECT', 'TPROXY'])

/** Address of a proxy that exists only on paper. */
const PAPER_ADDRESS = '1.1.1.1'

/** A specification from what is known; namespace `default`, agent `mizzen` and address 1.1.1.1 where nothing is said. */
export function specOf(facts: ProxyFacts): ProxySpec {
  const { type, metadata = {}, ip = PAPER_ADDRESS, agent = 'mizzen' } = facts
  const intercepts = type === 'sidecar' && INTERCEPTING.has(text(metadata.INTERCEPTION_MODE))
  return {
    type,
    namespace: facts.namespace ?? (text(metadata.NAMESPACE ?? metadata.namespace) || 'default'),
    labels: sorted(facts.labels ?? words(metadata.LABELS ?? metadata.labels)),
    ip,
    agent,
    proxyless: type === 'sidecar' && text(metadata.GENERATOR) === 'grpc',
    logCluster: text(metadata.MIZZEN_TELEMETRY),
    bindAddress: text(metadata.BIND_ADDRESS) || '0.0.0.0',
    httpProxyPort: type === 'sidecar' ? Number(text(metadata.HTTP_PROXY_PORT) || (intercepts ? 0 : 15080)) || 0 : 0,
    intercepts,
    transparent: intercepts && text(metadata.INTERCEPTION_MODE) === 'TPROXY',
    onDemandHosts: type === 'sidecar' && String(metadata.MIZZEN_ON_DEMAND_HOSTS) === 'true',
    dnsCapture: String(metadata.DNS_CAPTURE) === 'true',
    appPorts: sorted(numbers(parsed(metadata.MIZZEN_APP_PORTS))),
    podPorts: sorted(portsByName(parsed(metadata.POD_PORTS))),
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

function words(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([key, word]) => [key, text(word)]))
}

function numbers(value: unknown): Record<string, number> {
  if (typeof value !== 'object' || value === null) return {}
  const entries = Object.entries(value).map(([key, port]) => [key, Number(port)] as const)
  return Object.fromEntries(entries.filter(([, port]) => Number.isInteger(port)))
}

/** Istio writes POD_PORTS as JSON in a string, a list of Kubernetes container ports. */
function portsByName(value: unknown): Record<string, number> {
  if (!Array.isArray(value)) return {}
  const named = value.filter((port) => typeof port?.name === 'string' && Number.isInteger(port?.containerPort))
  return Object.fromEntries(named.map((port) => [port.name, port.containerPort]))
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

function sorted<V>(record: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)))
}
