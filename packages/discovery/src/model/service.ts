import type { Service, ServiceEntry } from '@mizzen/api'
import type { MeshSettings } from './mesh-settings.ts'
import { type Origin, originOf } from './origin.ts'
import { type Protocol, parseProtocol, protocolOf } from './protocol.ts'
import { parseExportTo, type Visibility } from './visibility.ts'

export interface ServicePortModel {
  readonly name: string
  readonly number: number
  /** Number, or name of a container port. */
  readonly target: number | string
  readonly protocol: Protocol
}

/** Something that can be called by name, from a Service or a ServiceEntry. */
export interface ServiceModel {
  readonly hostname: string
  readonly origin: Origin
  readonly ports: readonly ServicePortModel[]
  /** Virtual addresses; none for headless ones. */
  readonly addresses: readonly string[]
  /** Hostnames of ExternalName Services that stand for it. */
  readonly aliases: readonly string[]
  /** Ranges of them (CIDR). */
  readonly subnets: readonly string[]
  /** Pod labels that make a Pod a part of it; undefined if endpoints come from elsewhere. */
  readonly selector: Readonly<Record<string, string>> | undefined
  readonly headless: boolean
  /** Where addresses come from: endpoints, DNS (by the proxy; all answers, or the present first), or the request itself. */
  readonly resolution: 'STATIC' | 'DNS' | 'DNS_ROUND_ROBIN' | 'NONE'
  readonly labels: Readonly<Record<string, string>>
  readonly visibility: Visibility
}

const EXPORT_TO = 'networking.istio.io/exportTo'

/** Kubernetes gives Services this domain even where the mesh's configuration has none. */
const KUBERNETES_DOMAIN = 'cluster.local'

/** The DNS domain of Services. */
export function serviceDomain({ domain }: MeshSettings): string {
  return domain === '' ? KUBERNETES_DOMAIN : domain
}

export function serviceHostname(name: string, namespace: string, mesh: MeshSettings): string {
  return `${name}.${namespace}.svc.${serviceDomain(mesh)}`
}

/** What an ExternalName Service stands for, by hostnames; undefined for all others. */
export function aliasOf({ metadata, spec }: Service, mesh: MeshSettings) {
  if (spec.type !== 'ExternalName' || !spec.externalName) return undefined
  const alias = serviceHostname(metadata.name, metadata.namespace ?? '', mesh)
  return { alias, hostname: spec.externalName.toLowerCase().replace(/\.$/, '') }
}

/** ExternalName Services are aliases, not services: undefined. @param aliases its own, by its hostname */
export function serviceModel(
  service: Service,
  mesh: MeshSettings,
  aliases: (hostname: string) => readonly string[] = () => [],
): ServiceModel | undefined {
  const { spec } = service
  if (spec.type === 'ExternalName') return undefined
  const origin = originOf(service)
  const exportTo = service.metadata.annotations?.[EXPORT_TO]
  const hostname = serviceHostname(origin.name, origin.namespace, mesh)
  const { clusterIP = '', clusterIPs = clusterIP === '' ? [] : [clusterIP] } = spec
  return {
    hostname,
    origin,
    aliases: aliases(hostname),
    ports: (spec.ports ?? []).map(({ port, name = '', protocol = 'TCP', targetPort = port, appProtocol }) => ({
      name,
      number: port,
      target: targetPort,
      protocol: protocolOf(port, name, protocol, appProtocol),
    })),
    addresses: clusterIPs.filter((address) => address !== 'None'),
    subnets: [],
    selector: nonEmpty(spec.selector),
    headless: clusterIP === 'None',
    resolution: 'STATIC',
    labels: service.metadata.labels ?? {},
    visibility: parseExportTo(
      exportTo?.split(',').map((word) => word.trim()),
      origin.namespace,
    ),
  }
}

/** One service for each host. */
export function serviceEntryModels(entry: ServiceEntry): ServiceModel[] {
  const { spec } = entry
  const given = (spec.addresses ?? []).map((address) => address.replace(/(?<=\.\d+)\/32$|(?<=:.*)\/128$/, ''))
  const own = given.filter((address) => !address.includes('/'))
  const subnets = given.filter((address) => address.includes('/'))
  const origin = originOf(entry)
  return spec.hosts.map((hostname) => ({
    hostname: hostname.toLowerCase(),
    origin,
    aliases: [],
    ports: (spec.ports ?? []).map(({ number, name, protocol = '', targetPort = number }) => ({
      name,
      number,
      target: targetPort,
      protocol: parseProtocol(protocol),
    })),
    addresses: own.length > 0 ? own : allocated(entry, hostname),
    subnets,
    selector: nonEmpty(spec.workloadSelector?.labels),
    headless: false,
    resolution: RESOLUTIONS[spec.resolution ?? 'NONE'] ?? 'NONE',
    labels: entry.metadata.labels ?? {},
    visibility: parseExportTo(spec.exportTo, origin.namespace),
  }))
}

/** The addresses that somebody has allocated for a host of an entry that names none: `status.addresses`. */
function allocated({ status }: ServiceEntry, hostname: string): string[] {
  const { addresses = [] } = (status ?? {}) as { readonly addresses?: readonly { value?: string; host?: string }[] }
  return addresses.flatMap(({ value, host }) => (host === hostname && value !== undefined ? [value] : []))
}

const RESOLUTIONS: Readonly<Record<string, ServiceModel['resolution']>> = {
  STATIC: 'STATIC',
  DNS: 'DNS',
  DNS_ROUND_ROBIN: 'DNS_ROUND_ROBIN',
}

function nonEmpty(labels: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | undefined {
  return labels !== undefined && Object.keys(labels).length > 0 ? labels : undefined
}
