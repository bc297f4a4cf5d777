import { kindIdOf, objectKey, parseDocuments, type Resource } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import { InvalidObject, type Store } from '@mizzen/store'
import { type Answer, json } from './answer.ts'
import type { ApiRequest } from './request.ts'
import type { ResourcePath } from './resource-path.ts'
import { parseSelector } from './selector.ts'
import { success } from './status-object.ts'
import { watchAnswer } from './watch.ts'

export interface ResourceDeps {
  readonly store: Store
  /** Told the verdict on every object that somebody wants to apply. */
  readonly onValidated: (kind: string, passed: boolean) => void
}

/** Answers requests for objects as the Kubernetes API does: GET (one, list, watch), PATCH (apply), DELETE. */
export async function answerResources(request: ApiRequest, path: ResourcePath, deps: ResourceDeps): Promise<Answer> {
  switch (`${request.method} ${path.name === undefined ? 'list' : 'one'}`) {
    case 'GET list':
      return list(request, path, deps.store)
    case 'GET one':
      // Whoever has just saved a file and asks for its object is not shown the one before.
      await deps.store.refresh()
      return json(served(existing(path, deps.store), path))
    case 'PATCH one':
      return apply(request, path, deps)
    case 'DELETE one':
      return remove(path, deps.store)
  }
  throw new MizzenError('method-not-allowed', `${request.method} is not possible here`)
}

function list(request: ApiRequest, path: ResourcePath, store: Store): Answer {
  const selects = parseSelector(request.query)
  const wanted = (resource: Resource) =>
    kindIdOf(resource) === path.kind.id &&
    (path.namespace === undefined || resource.metadata.namespace === path.namespace) &&
    selects(resource)
  if (isTrue(request.query.get('watch'))) return watchAnswer(request, store, path.kind.id, wanted)
  return json({
    kind: `${path.kind.kind}List`,
    apiVersion: path.apiVersion,
    metadata: { resourceVersion: String(store.revision) },
    items: store
      .list(path.kind.id, path.namespace)
      .filter(wanted)
      .map((resource) => served(resource, path)),
  })
}

async function apply(request: ApiRequest, path: ResourcePath, { store, onValidated }: ResourceDeps): Promise<Answer> {
  const resource = readObject(await request.body(), path, onValidated)
  const { outcome, object } = await store.apply(resource)
  return json(served(object, path), outcome === 'created' ? 201 : 200, { 'mizzen-outcome': outcome })
}

async function remove(path: ResourcePath, store: Store): Promise<Answer> {
  const { metadata } = existing(path, store)
  await store.remove(path.kind.id, metadata.namespace ?? '', metadata.name)
  return success({ kind: path.kind.plural, group: path.kind.group, name: metadata.name, uid: metadata.uid })
}

/** The one object of a body. Its status is not the sender's to set. */
function readObject(body: string, path: ResourcePath, onValidated: ResourceDeps['onValidated']): Resource {
  const documents = parseDocuments(body, 'body')
  const problems = documents.flatMap((document) => document.problems)
  const bad = problems.some(({ severity }) => severity === 'error')
  onValidated(path.kind.plural, !bad)
  if (bad) throw new InvalidObject(`${path.kind.kind} ${path.name}`, problems)
  const [document] = documents
  if (documents.length !== 1 || document?.resource === undefined) {
    throw new MizzenError('bad-request', `the body must hold one ${path.kind.kind}`)
  }
  const { status: _, ...resource } = document.resource
  checkIdentity(resource, path)
  return resource
}

function checkIdentity(resource: Resource, path: ResourcePath): void {
  const namespace = path.kind.namespaced ? path.namespace : ''
  const expected = `${path.kind.id}/${namespace}/${path.name}`
  if (objectKey(resource) === expected) return
  throw new MizzenError('bad-request', `the body is ${objectKey(resource)}, and the path names ${expected}`)
}

function existing(path: ResourcePath, store: Store): Resource {
  const { id, group, plural } = path.kind
  const found = store.get(id, path.namespace ?? '', path.name ?? '')
  if (found !== undefined) return found
  throw new MizzenError('not-found', `${plural}${group === '' ? '' : `.${group}`} "${path.name}" not found`)
}

/** In the version that was asked for. */
function served(resource: Resource, path: ResourcePath): Resource {
  return { ...resource, apiVersion: path.apiVersion }
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1'
}
