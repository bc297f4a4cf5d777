import { createHash } from 'node:crypto'
import { createRegistry, type DescMessage, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf'
import { silentLogger, systemClock } from '@mizzen/base'
import {
  CLUSTER_TYPE,
  createXdsServer,
  ENDPOINT_TYPE,
  LISTENER_TYPE,
  type ResourceView,
  ROUTE_TYPE,
  SECRET_TYPE,
  type TypeUrl,
  type ViewChanges,
  type XdsResource,
  type XdsServer,
} from '@mizzen/xds'
import { ClusterSchema } from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { RouteConfigurationSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { FileAccessLogSchema } from '@mizzen/xds/gen/envoy/extensions/access_loggers/file/v3/file_pb.js'
import { RouterSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { SecretSchema } from '@mizzen/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { DownstreamTlsContextSchema } from '@mizzen/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { freePort } from '../../../test/free-ports.ts'

const SCHEMAS: Readonly<Record<TypeUrl, DescMessage>> = {
  [CLUSTER_TYPE]: ClusterSchema,
  [ENDPOINT_TYPE]: ClusterLoadAssignmentSchema,
  [LISTENER_TYPE]: ListenerSchema,
  [ROUTE_TYPE]: RouteConfigurationSchema,
  [SECRET_TYPE]: SecretSchema,
}

const registry = createRegistry(
  HttpConnectionManagerSchema,
  RouterSchema,
  FileAccessLogSchema,
  DownstreamTlsContextSchema,
)

/** A resource out of its JSON form; `refs` is left empty, order is the test's business. */
function makeResource(typeUrl: TypeUrl, json: JsonValue): XdsResource {
  const schema = SCHEMAS[typeUrl] as DescMessage
  const body = toBinary(schema, fromJson(schema, json, { registry }))
  const { name, cluster_name } = json as { name?: string; cluster_name?: string }
  const version = createHash('sha256').update(body).digest('hex').slice(0, 12)
  return { typeUrl, name: name ?? cluster_name ?? '', version, body, refs: [], origins: [] }
}

class View implements ResourceView {
  revision = 1
  readonly resources = new Map<string, XdsResource>()
  readonly #listeners = new Set<(changes: ViewChanges) => void>()

  get(typeUrl: TypeUrl, name: string): XdsResource | undefined {
    return this.resources.get(`${typeUrl} ${name}`)
  }

  list(typeUrl: TypeUrl): Iterable<XdsResource> {
    return [...this.resources.values()].filter((resource) => resource.typeUrl === typeUrl)
  }

  subscribe(listener: (changes: ViewChanges) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  changed(typeUrl: TypeUrl, name: string): void {
    this.revision += 1
    for (const listener of this.#listeners) listener(new Map([[typeUrl, new Set([name])]]))
  }
}

/** A control plane of our own server and a view that the test changes. */
export class TestControlPlane {
  readonly #view = new View()
  #server: XdsServer | undefined
  #port: number | undefined

  /** Starts, at the second call on the same port as before. */
  async start(): Promise<number> {
    this.#server = createXdsServer({
      source: { viewFor: () => this.#view, release: () => {} },
      clock: systemClock,
      random: Math.random,
      logger: silentLogger,
    })
    // The same after each start, which nobody else may take meanwhile.
    this.#port ??= await freePort()
    await this.#server.listen('127.0.0.1', this.#port)
    return this.#port
  }

  put(typeUrl: TypeUrl, json: JsonValue): void {
    const resource = makeResource(typeUrl, json)
    this.#view.resources.set(`${typeUrl} ${resource.name}`, resource)
    this.#view.changed(typeUrl, resource.name)
  }

  remove(typeUrl: TypeUrl, name: string): void {
    this.#view.resources.delete(`${typeUrl} ${name}`)
    this.#view.changed(typeUrl, name)
  }

  /** What proxies refused, in their words. */
  rejections(): readonly string[] {
    return (this.#server?.statuses() ?? []).flatMap((status) => status.rejections.map(({ message }) => message))
  }

  async stop(): Promise<void> {
    await this.#server?.close()
    this.#server = undefined
  }
}
