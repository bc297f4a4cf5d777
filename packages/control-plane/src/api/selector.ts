import type { Resource } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'

export type Selector = (resource: Resource) => boolean

/**
 * Which objects a list or watch is about: `labelSelector` with `a=b`, `a==b`, `a!=b`, `a`, `!a` and commas, and
 * `fieldSelector` with `metadata.name` and `metadata.namespace`.
 * Throws MizzenError `bad-request`.
 */
export function parseSelector(query: URLSearchParams): Selector {
  const terms = [
    ...split(query.get('labelSelector')).map(labelTerm),
    ...split(query.get('fieldSelector')).map(fieldTerm),
  ]
  return (resource) => terms.every((term) => term(resource))
}

function split(text: string | null): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '')
}

const LABEL_TERM = /^(!?)([\w./-]+)(?:\s*(==?|!=)\s*([\w.-]*))?$/

function labelTerm(term: string): Selector {
  const [whole, not, name = '', operator, value = ''] = LABEL_TERM.exec(term) ?? []
  if (whole === undefined || (not === '!' && operator !== undefined)) {
    throw new MizzenError('bad-request', `${JSON.stringify(term)} is not a label selector`, {
      hint: 'supported are a=b, a!=b, a and !a',
    })
  }
  const label = (resource: Resource) => resource.metadata.labels?.[name]
  if (operator === undefined) return (resource) => (label(resource) === undefined) === (not === '!')
  return (resource) => (label(resource) === value) === (operator !== '!=')
}

function fieldTerm(term: string): Selector {
  const [field, value, ...more] = term.split(/==?/)
  if (more.length === 0 && value !== undefined) {
    if (field === 'metadata.name') return (resource) => resource.metadata.name === value
    if (field === 'metadata.namespace') return (resource) => resource.metadata.namespace === value
  }
  throw new MizzenError('bad-request', `${JSON.stringify(term)} is not a field selector`, {
    hint: 'supported are metadata.name=NAME and metadata.namespace=NAMESPACE',
  })
}
