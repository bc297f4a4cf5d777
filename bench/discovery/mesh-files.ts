import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** How services are written: as ServiceEntries (which istiod reads from files as well), or as Services with their Pods. */
type Form = 'istio' | 'kubernetes'

export interface MeshShape {
  readonly services: number
  /** Of each service. */
  readonly endpoints: number
  /** Services are spread over so many, `bench-0` and on. */
  readonly namespaces: number
  readonly form: Form
  /** One file for each service, or one for the whole mesh. */
  readonly layout: 'files' | 'single'
}

/** Every tenth service has a VirtualService with two weights, and a DestinationRule with two subsets. */
const WITH_RULES = 10

const NAMESPACE = 'bench-'
const NAMESPACE_0 = `${NAMESPACE}0`

export function namespaceOf(shape: Pick<MeshShape, 'namespaces'>, index: number): string {
  return `${NAMESPACE}${index % shape.namespaces}`
}

/** Full host name of a service. */
export function serviceHost(shape: Pick<MeshShape, 'namespaces'>, index: number): string {
  return hostOf(namespaceOf(shape, index), serviceName(index))
}

/** Address of an endpoint; a mesh has room for 65,536 services with 200 endpoints, or for one service with 100,000. */
export function addressOf(service: number, endpoint: number): string {
  const number = service * 200 + endpoint
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
}

/** Endpoints of one EndpointSlice, as Kubernetes fills them. */
const SLICE = 100

/** One service with very many endpoints, in slices. */
export class LargeService {
  readonly folder: string
  readonly #endpoints: number

  constructor(folder: string, endpoints: number) {
    this.folder = folder
    this.#endpoints = endpoints
  }

  write(): void {
    mkdirSync(this.folder, { recursive: true })
    writeFileSync(join(this.folder, 'service.yaml'), kubernetesServiceAlone(NAMESPACE_0, 'large'))
    for (let slice = 0; slice * SLICE < this.#endpoints; slice += 1) this.writeSlice(slice, SLICE)
  }

  writeSlice(slice: number, endpoints: number): void {
    const addresses = Array.from({ length: endpoints }, (_, index) => ({
      address: addressOf(0, slice * SLICE + index),
    }))
    const text = endpointSlice(NAMESPACE_0, 'large', `large-${slice}`, addresses)
    writeFileSync(join(this.folder, `slice-${String(slice).padStart(5, '0')}.yaml`), text)
  }
}

/** The mesh as a directory of manifests, and the changes that the scenarios make to it. */
export class MeshFiles {
  readonly folder: string
  readonly shape: MeshShape

  constructor(folder: string, shape: MeshShape) {
    this.folder = folder
    this.shape = shape
  }

  write(): void {
    mkdirSync(this.folder, { recursive: true })
    const texts = Array.from({ length: this.shape.services }, (_, index) => this.#service(index, this.shape.endpoints))
    if (this.shape.layout === 'single') writeFileSync(join(this.folder, 'mesh.yaml'), texts.join('---\n'))
    else for (const [index, text] of texts.entries()) this.#save('service', index, text)
    for (let index = 0; index < this.shape.services; index += WITH_RULES) this.writeRules(index, 70)
  }

  /** The rules of service 0, 10, 20 … with this share for v1. */
  writeRules(index: number, weight: number): void {
    this.#save('rules', index, rules(namespaceOf(this.shape, index), serviceName(index), weight))
  }

  /** Service `index` with another number of endpoints than the rest. */
  writeEndpoints(index: number, endpoints: number): void {
    this.#save('service', index, this.#service(index, endpoints))
  }

  #service(index: number, endpoints: number): string {
    const write = this.shape.form === 'istio' ? serviceEntry : kubernetesService
    return write(namespaceOf(this.shape, index), index, endpoints)
  }

  #save(kind: string, index: number, text: string): void {
    writeFileSync(join(this.folder, `${kind}-${String(index).padStart(5, '0')}.yaml`), text)
  }
}

function serviceName(index: number): string {
  return `service-${String(index).padStart(5, '0')}`
}

function hostOf(namespace: string, name: string): string {
  return `${name}.${namespace}.svc.cluster.local`
}

function versionOf(endpoint: number): string {
  return endpoint % 2 === 0 ? 'v1' : 'v2'
}

function list(length: number, item: (index: number) => string): string {
  return Array.from({ length }, (_, index) => item(index)).join('')
}

function serviceEntry(namespace: string, index: number, endpoints: number): string {
  const name = serviceName(index)
  return `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  hosts: [${hostOf(namespace, name)}]
  location: MESH_INTERNAL
  resolution: STATIC
  ports:
  - {number: 80, name: http, protocol: HTTP, targetPort: 8080}
  endpoints:
${list(endpoints, (at) => `  - {address: ${addressOf(index, at)}, labels: {app: ${name}, version: ${versionOf(at)}}}\n`)}`
}

function kubernetesService(namespace: string, index: number, endpoints: number): string {
  const name = serviceName(index)
  const pods = list(
    endpoints,
    (at) => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}-${at}, namespace: ${namespace}, labels: {app: ${name}, version: ${versionOf(at)}}}
spec:
  containers:
  - {name: app}
`,
  )
  const addresses = Array.from({ length: endpoints }, (_, at) => ({
    address: addressOf(index, at),
    pod: `{kind: Pod, namespace: ${namespace}, name: ${name}-${at}}`,
  }))
  return `${kubernetesServiceAlone(namespace, name)}---
${endpointSlice(namespace, name, `${name}-slice`, addresses)}${pods}`
}

function kubernetesServiceAlone(namespace: string, name: string): string {
  return `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  selector: {app: ${name}}
  ports:
  - {name: http, port: 80, targetPort: 8080}
`
}

function endpointSlice(
  namespace: string,
  service: string,
  name: string,
  endpoints: readonly { readonly address: string; readonly pod?: string }[],
): string {
  const items = endpoints.map(({ address, pod }) => {
    const target = pod === undefined ? '' : `, targetRef: ${pod}`
    return `- {addresses: [${address}], conditions: {ready: true}${target}}\n`
  })
  return `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}, namespace: ${namespace}, labels: {kubernetes.io/service-name: ${service}}}
addressType: IPv4
ports:
- {name: http, port: 8080}
endpoints:
${items.join('')}`
}

function rules(namespace: string, name: string, weight: number): string {
  const host = hostOf(namespace, name)
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  hosts: [${host}]
  http:
  - route:
    - destination: {host: ${host}, subset: v1}
      weight: ${weight}
    - destination: {host: ${host}, subset: v2}
      weight: ${100 - weight}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  host: ${host}
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
`
}
