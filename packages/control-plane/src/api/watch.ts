import type { ServerResponse } from 'node:http'
import type { Resource } from '@mizzen/api'
import type { Store } from '@mizzen/store'
import type { Answer } from './answer.ts'
import type { ApiRequest } from './request.ts'
import type { Selector } from './selector.ts'

/** A client that lets this much pile up is cut off; it lists anew. */
const MAX_PENDING_BYTES = 4 * 1_024 * 1_024
const DEFAULT_TIMEOUT_S = 1_800

const EVENT_TYPES = { added: 'ADDED', modified: 'MODIFIED', deleted: 'DELETED' } as const

/**
 * A Kubernetes watch: one JSON event a line. It starts with an `ADDED` event for each object that there is (there is no
 * history to resume from, so `resourceVersion` is not heeded), and ends after `timeoutSeconds` (30 minutes by default).
 */
export function watchAnswer(request: ApiRequest, store: Store, kind: string, wanted: Selector): Answer {
  const body = (response: ServerResponse) => {
    const send = (type: string, object: Resource) => {
      response.write(`${JSON.stringify({ type, object })}\n`)
      if (response.writableLength > MAX_PENDING_BYTES) response.destroy()
    }
    for (const object of store.list(kind)) if (wanted(object)) send(EVENT_TYPES.added, object)
    const endWatch = store.watch((changes) => {
      for (const change of changes) if (wanted(change.object)) send(EVENT_TYPES[change.type], change.object)
    })
    const timer = setTimeout(() => response.end(), timeoutMs(request.query))
    timer.unref()
    response.on('close', () => {
      clearTimeout(timer)
      endWatch()
    })
    response.flushHeaders()
  }
  return { status: 200, headers: { 'content-type': 'application/json' }, body }
}

function timeoutMs(query: URLSearchParams): number {
  const seconds = Number(query.get('timeoutSeconds') ?? DEFAULT_TIMEOUT_S)
  return Math.min(seconds > 0 ? seconds : DEFAULT_TIMEOUT_S, DEFAULT_TIMEOUT_S) * 1_000
}
