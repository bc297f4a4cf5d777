import { type Fields, fields, items, text, whole } from '../loose.ts'
import type { Subject } from '../subject.ts'

/** Where a VirtualService sends something. */
export interface RouteDestination {
  readonly host: string
  readonly subset: string
  readonly port: number | undefined
  /** As written, for the number of requests of 100 or of the sum; undefined if none is. */
  readonly weight: number | undefined
  readonly mirror: boolean
  /** Of the `destination` object. */
  readonly path: string
}

const known = new WeakMap<Subject, readonly RouteDestination[]>()

/** All destinations, in order: tcp, tls, http, then mirrors. */
export function routeDestinations(subject: Subject): readonly RouteDestination[] {
  const found = known.get(subject) ?? [...readRoutes(subject.spec), ...readMirrors(subject.spec)]
  known.set(subject, found)
  return found
}

function readRoutes(spec: Fields): RouteDestination[] {
  return (['tcp', 'tls', 'http'] as const).flatMap((protocol) =>
    items(spec[protocol]).flatMap((rule, index) =>
      items(rule.route).map(({ destination, weight }, position) =>
        read(destination, `spec.${protocol}[${index}].route[${position}].destination`, whole(weight), false),
      ),
    ),
  )
}

function readMirrors(spec: Fields): RouteDestination[] {
  return items(spec.http).flatMap(({ mirror, mirrors }, index) => [
    ...(mirror === undefined ? [] : [read(mirror, `spec.http[${index}].mirror`, undefined, true)]),
    ...items(mirrors).map(({ destination }, position) =>
      read(destination, `spec.http[${index}].mirrors[${position}].destination`, undefined, true),
    ),
  ])
}

function read(value: unknown, path: string, weight: number | undefined, mirror: boolean): RouteDestination {
  const { host, subset, port } = fields(value)
  return { host: text(host), subset: text(subset), port: whole(fields(port).number), weight, mirror, path }
}
