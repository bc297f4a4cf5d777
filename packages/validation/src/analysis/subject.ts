import { DEFAULT_NAMESPACE, type Problem } from '@mizzen/api'
import { type AnalyzedKind, analyzedKind, isNamespaced } from './analyzed-kind.ts'
import { type Fields, fields, type Labels, labelsIn, text } from './loose.ts'

/** An object under analysis. Immutable: a changed object is another subject. */
export interface Subject {
  /** `Kind/namespace/name` with the analysed kind, so that both kinds of Gateway have keys of their own. */
  readonly key: string
  readonly kind: AnalyzedKind
  /** '' for what has none. */
  readonly namespace: string
  readonly name: string
  /** As findings name it: `namespace/name`, or `name` where the document names no namespace. */
  readonly label: string
  readonly labels: Labels
  readonly annotations: Labels
  readonly spec: Fields
  readonly status: Fields
  /** The whole document: kinds without a spec have their fields beside `metadata`. */
  readonly body: Fields
  /** What is wrong with the document by itself. */
  readonly problems: readonly DocumentProblem[]
}

export type DocumentProblem = Pick<Problem, 'severity' | 'code' | 'path' | 'message' | 'hint'>

export interface SubjectOptions {
  /** Of objects that name none; `default` if it is not given. */
  readonly namespace?: string
  readonly problems?: readonly DocumentProblem[]
}

/**
 * @param body the object as it was written
 * @returns undefined for a kind that no analyzer reads, and without a name
 */
export function subjectOf(body: Fields, options: SubjectOptions = {}): Subject | undefined {
  const { namespace = DEFAULT_NAMESPACE, problems = [] } = options
  const kind = analyzedKind(text(body.apiVersion), text(body.kind))
  const metadata = fields(body.metadata)
  const name = text(metadata.name)
  if (kind === undefined || name === '') return undefined
  const written = isNamespaced(kind) ? text(metadata.namespace) : ''
  const effective = isNamespaced(kind) ? written || namespace : ''
  return {
    key: subjectKey(kind, effective, name),
    kind,
    namespace: effective,
    name,
    label: written === '' ? name : `${written}/${name}`,
    labels: labelsIn(metadata.labels),
    annotations: labelsIn(metadata.annotations),
    spec: fields(body.spec),
    status: fields(body.status),
    body,
    problems,
  }
}

export function subjectKey(kind: AnalyzedKind, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`
}

/** `namespace/name`, or `name` of what has no namespace: how messages name other objects. */
export function fullName({ namespace, name }: Pick<Subject, 'namespace' | 'name'>): string {
  return namespace === '' ? name : `${namespace}/${name}`
}
