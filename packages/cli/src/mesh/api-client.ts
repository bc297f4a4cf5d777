import type { IncomingMessage } from 'node:http'
import type { Kind, Problem, Resource } from '@mizzen/api'
import { MizzenError, type Place } from '@mizzen/base'
import type { MeshFacts, Span, SyncStatus, TapLine, TrafficSignals, VersionSignals } from '@mizzen/control-plane'
import { type Call, call, readAll } from './http.ts'
import { resourcePath } from './resource-path.ts'

export type Outcome = 'created' | 'configured' | 'unchanged'

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: Resource
}

/** A `meta/v1` Status that tells of a failure. */
interface FailureStatus {
  readonly message?: string
  readonly details?: { readonly code?: string; readonly path?: string; readonly hint?: string; readonly place?: Place }
}

/** The API of a running mesh. Every method throws MizzenError: `unreachable`, or the code that the API answers with. */
export class ApiClient {
  readonly url: URL

  constructor(url: string) {
    if (!URL.canParse(url)) throw new MizzenError('usage', `${JSON.stringify(url)} is not a URL`)
    this.url = new URL(url)
  }

  get(kind: Kind, namespace: string, name: string): Promise<Resource> {
    return this.#json(resourcePath(kind, namespace, name))
  }

  /** @param namespace undefined: all. */
  async list(kind: Kind, namespace?: string, labelSelector?: string): Promise<readonly Resource[]> {
    const query = labelSelector === undefined ? '' : `?${new URLSearchParams({ labelSelector })}`
    const list = await this.#json<{ items: readonly Resource[] }>(resourcePath(kind, namespace) + query)
    return list.items
  }

  /** All of a kind, and the revision at which they are so. */
  async listAt(kind: Kind): Promise<{ readonly items: readonly Resource[]; readonly revision: number }> {
    type List = { readonly items: readonly Resource[]; readonly metadata: { readonly resourceVersion: string } }
    const { items, metadata } = await this.#json<List>(resourcePath(kind))
    return { items, revision: Number(metadata.resourceVersion) }
  }

  async apply(kind: Kind, resource: Resource): Promise<{ readonly outcome: Outcome; readonly object: Resource }> {
    const path = resourcePath(kind, resource.metadata.namespace ?? '', resource.metadata.name)
    const contentType = 'application/apply-patch+yaml'
    const response = await this.#call(path, { method: 'PATCH', contentType, body: JSON.stringify(resource) })
    const outcome = response.headers['mizzen-outcome'] as Outcome
    return { outcome, object: JSON.parse(await readAll(response)) }
  }

  async remove(kind: Kind, namespace: string, name: string): Promise<void> {
    await readAll(await this.#call(resourcePath(kind, namespace, name), { method: 'DELETE' }))
  }

  /** Calls `onEvent` with what is there, then with each change, until it returns true (done) or the mesh ends the watch. */
  async watch(
    kind: Kind,
    namespace: string | undefined,
    options: { readonly name?: string; readonly signal?: AbortSignal },
    onEvent: (event: WatchEvent) => boolean,
  ): Promise<boolean> {
    const query = new URLSearchParams({ watch: 'true' })
    if (options.name !== undefined) query.set('fieldSelector', `metadata.name=${options.name}`)
    const response = await this.#call(`${resourcePath(kind, namespace)}?${query}`, { signal: options.signal })
    try {
      for await (const line of lines(response)) if (onEvent(JSON.parse(line) as WatchEvent)) return true
      return false
    } catch (error) {
      throw new MizzenError('unreachable', `the watch ended: ${(error as Error).message}`, { cause: error })
    } finally {
      response.destroy()
    }
  }

  /** A subresource of an object, such as the report of a canary. */
  subresource<Value>(kind: Kind, namespace: string, name: string, part: string): Promise<Value> {
    return this.#json(`${resourcePath(kind, namespace, name)}/${part}`)
  }

  /** Asks something of an object. */
  async ask(kind: Kind, namespace: string, name: string, verb: string): Promise<void> {
    await readAll(await this.#call(`${resourcePath(kind, namespace, name)}/${verb}`, { method: 'POST' }))
  }

  syncStatuses(): Promise<readonly SyncStatus[]> {
    return this.#json('/debug/syncz')
  }

  problems(): Promise<readonly Problem[]> {
    return this.#json('/debug/problems')
  }

  mesh(): Promise<MeshFacts> {
    return this.#json('/debug/mesh')
  }

  async signals(windowMs: number): Promise<readonly VersionSignals[]> {
    const { versions } = await this.#json<{ versions: readonly VersionSignals[] }>(`/debug/stats?windowMs=${windowMs}`)
    return versions
  }

  /** What workloads were asked lately, by route and in all. */
  async traffic(windowMs: number): Promise<readonly TrafficSignals[]> {
    const { traffic } = await this.#json<{ traffic: readonly TrafficSignals[] }>(`/debug/traffic?windowMs=${windowMs}`)
    return traffic
  }

  /** Traces that the mesh keeps, by Zipkin's parameters; newest first. */
  traces(search: URLSearchParams): Promise<readonly (readonly Span[])[]> {
    return this.#json(`/api/v2/traces?${search}`)
  }

  /** Its spans; none if it is not kept. */
  async trace(id: string): Promise<readonly Span[]> {
    const [spans = []] = await this.#json<readonly (readonly Span[])[]>(`/api/v2/traceMany?traceIds=${id}`)
    return spans
  }

  /** Calls `onLine` with requests as proxies log them, until it returns true, `signal` aborts or the mesh ends it. */
  async tap(query: URLSearchParams, signal: AbortSignal, onLine: (line: TapLine) => boolean): Promise<void> {
    const response = await this.#call(`/debug/tap?${query}`, { signal })
    try {
      for await (const line of lines(response)) if (onLine(JSON.parse(line) as TapLine)) return
    } catch (error) {
      if (!signal.aborted) throw new MizzenError('unreachable', `the tap ended: ${(error as Error).message}`)
    } finally {
      response.destroy()
    }
  }

  /** A page of a proxy's admin interface. */
  async proxyPage(proxy: string, page: string): Promise<string> {
    return readAll(await this.#call(`/debug/proxies/${encodeURIComponent(proxy)}/${page}`))
  }

  async #json<Value>(path: string): Promise<Value> {
    return JSON.parse(await readAll(await this.#call(path))) as Value
  }

  /** An answer below 400. */
  async #call(path: string, options: Call = {}): Promise<IncomingMessage> {
    const response = await this.#reach(path, options)
    if ((response.statusCode ?? 0) < 400) return response
    throw failure(response.statusCode ?? 0, await readAll(response))
  }

  async #reach(path: string, options: Call): Promise<IncomingMessage> {
    try {
      return await call(new URL(path, this.url), options)
    } catch (error) {
      throw new MizzenError('unreachable', `no mesh answers at ${this.url.origin}: ${(error as Error).message}`, {
        hint: 'start one with "mizzen up DIRECTORY", or name one with --api URL',
        cause: error,
      })
    }
  }
}

function failure(httpStatus: number, body: string): MizzenError {
  const status = parseStatus(body)
  const { code = 'api-error', ...details } = status?.details ?? {}
  return new MizzenError(code, status?.message ?? `the API answered with status ${httpStatus}`, details)
}

function parseStatus(body: string): FailureStatus | undefined {
  try {
    return JSON.parse(body) as FailureStatus
  } catch {
    return undefined
  }
}

async function* lines(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8')
  let rest = ''
  for await (const chunk of response as AsyncIterable<string>) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    yield* parts.filter((line) => line !== '')
  }
}
