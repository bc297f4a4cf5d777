import {
  CLUSTER_TYPE,
  ENDPOINT_TYPE,
  LISTENER_TYPE,
  ROUTE_TYPE,
  shortType,
  type TypeUrl,
  type XdsResource,
} from '../src/index.ts'
import { Session } from '../src/order/session.ts'
import type { SessionRequest, SessionResponse } from '../src/order/session-messages.ts'
import { MemoryView, resource } from './memory-view.ts'

/** A cluster with its endpoints; another salt is another version of the cluster. */
export function cluster(name: string, salt = ''): XdsResource[] {
  return [resource(CLUSTER_TYPE, name, salt, [{ typeUrl: ENDPOINT_TYPE, name }]), endpoints(name)]
}

export function endpoints(name: string, salt = ''): XdsResource {
  return resource(ENDPOINT_TYPE, name, salt)
}

export function route(name: string, ...clusters: readonly string[]): XdsResource {
  return resource(ROUTE_TYPE, name, '', clusterRefs(clusters))
}

export function listener(name: string, routeName: string): XdsResource {
  return resource(LISTENER_TYPE, name, '', [{ typeUrl: ROUTE_TYPE, name: routeName }])
}

function clusterRefs(names: readonly string[]) {
  return names.map((name) => ({ typeUrl: CLUSTER_TYPE, name }))
}

/** A session with a client whose every step is written out. What is sent reads as `Cluster a b -c`: type, resources, removals. */
export class SessionScript {
  readonly view = new MemoryView()
  readonly session: Session
  readonly mode: 'sotw' | 'delta'
  readonly #last = new Map<TypeUrl, SessionResponse>()
  readonly #names = new Map<TypeUrl, string[]>()

  constructor(mode: 'sotw' | 'delta', ...resources: readonly XdsResource[]) {
    this.mode = mode
    this.view.set(...resources)
    this.session = new Session(mode, this.view)
    this.view.subscribe((changes) => this.session.viewChanged(changes))
  }

  /** Replaces the view at its next revision. */
  set(...resources: readonly XdsResource[]): string[] {
    this.view.set(...resources)
    return this.sent()
  }

  /** Asks for these names as well; none means everything. */
  ask(typeUrl: TypeUrl, ...names: readonly string[]): string[] {
    this.#names.set(typeUrl, [...(this.#names.get(typeUrl) ?? []), ...names])
    return this.request({ typeUrl, nonce: this.mode === 'sotw' ? this.nonce(typeUrl) : '', subscribe: names })
  }

  ack(typeUrl: TypeUrl): string[] {
    return this.request({ typeUrl, nonce: this.nonce(typeUrl) })
  }

  nack(typeUrl: TypeUrl, error: string): string[] {
    return this.request({ typeUrl, nonce: this.nonce(typeUrl), error })
  }

  request(request: Omit<SessionRequest, 'error'> & { readonly error?: string }): string[] {
    const names = this.#names.get(request.typeUrl) ?? []
    this.session.request({ ...{ names, subscribe: [], unsubscribe: [], error: undefined }, ...request }, 0)
    return this.sent()
  }

  tick(): string[] {
    this.session.tick()
    return this.sent()
  }

  /** Everything that may go out. */
  sent(): string[] {
    const texts: string[] = []
    for (let response = this.session.take(); response !== undefined; response = this.session.take()) {
      this.#last.set(response.typeUrl, response)
      const names = response.resources.map(({ name }) => name)
      texts.push([shortType(response.typeUrl), ...names, ...response.removals.map((name) => `-${name}`)].join(' '))
    }
    return texts
  }

  nonce(typeUrl: TypeUrl): string {
    return this.#last.get(typeUrl)?.nonce ?? ''
  }

  /** Takes a client through its first requests, until it has everything. */
  connect(): this {
    const needs = new Map([
      [ENDPOINT_TYPE, CLUSTER_TYPE],
      [ROUTE_TYPE, LISTENER_TYPE],
    ])
    for (const typeUrl of [CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE]) {
      const parents = [...this.view.list(needs.get(typeUrl) ?? '')]
      this.ask(typeUrl, ...new Set(parents.flatMap(({ refs }) => refs.map(({ name }) => name))))
      this.ack(typeUrl)
    }
    return this
  }
}
