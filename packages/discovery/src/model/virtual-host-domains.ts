import { domainName } from './cluster-name.ts'
import type { ServiceModel } from './service.ts'

/**
 * Every way in which a client in `proxyDomain` (`namespace.svc.domain`) may write the host of a service: its full name
 * (with or without the final dot of DNS), the short forms that the resolver of its namespace understands, and its
 * addresses; each also with its port if `port` is given.
 */
export function virtualHostDomains(
  service: Pick<ServiceModel, 'hostname' | 'addresses' | 'headless'> & Partial<Pick<ServiceModel, 'aliases'>>,
  proxyDomain: string,
  port?: number,
): string[] {
  const names = [service.hostname, ...(service.aliases ?? [])].flatMap((name) => namesOf(name, proxyDomain))
  // Single Pods of a headless Service are called by names below the Service's.
  const all = service.headless ? [...names, ...names.map((name) => `*.${name}`)] : names
  return [...all, ...service.addresses].flatMap((name) => withPort(name, port))
}

function namesOf(hostname: string, proxyDomain: string): string[] {
  const full = isAddress(hostname) ? [hostname] : [hostname, `${hostname}.`]
  return [...full, ...shortForms(hostname, proxyDomain)]
}

/** The namespace of a service as its name says it, whose clients need not say it; undefined for names of no namespace. */
export function homeNamespace(hostname: string, clusterDomain: string): string | undefined {
  const [rest, domain] = cut(hostname, '.svc.')
  return domain === clusterDomain ? cut(rest, '.')[1] : undefined
}

function withPort(name: string, port: number | undefined): string[] {
  const plain = name.includes(':') ? `[${name}]` : name
  return port === undefined ? [plain] : [plain, domainName(name, port)]
}

/** An IP address, and no name. */
export function isAddress(hostname: string): boolean {
  return hostname.includes(':') || /^\d+(\.\d+){3}$/.test(hostname)
}

function shortForms(hostname: string, proxyDomain: string): string[] {
  if (!proxyDomain.includes('.svc.')) return formsBelow(hostname, proxyDomain)
  const [proxyNamespace, clusterDomain] = cut(proxyDomain, '.svc.')
  const [rest, domain] = cut(hostname, '.svc.')
  // Other names that were shortened could be taken for those of Services.
  if (domain !== clusterDomain) return []
  const [name, namespace] = cut(rest, '.')
  if (namespace === undefined) return []
  return [...(namespace === proxyNamespace ? [name] : []), `${rest}.svc`, rest]
}

/** Outside of Kubernetes: the part that the client's own domain does not have in common with the host's. */
function formsBelow(hostname: string, proxyDomain: string): string[] {
  const host = hostname.split('.')
  const proxy = proxyDomain.split('.')
  let shared = 0
  while (shared < Math.min(host.length, proxy.length) && host.at(-1 - shared) === proxy.at(-1 - shared)) shared += 1
  const unique = host.slice(0, host.length - shared)
  if (shared === 0 || unique.length === 0) return []
  const short = unique.join('.')
  return unique.length === 2 ? [short, `${short}.${host[unique.length]}`] : [short]
}

function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}
