import { normalise, objectKey, type Problem, type Resource, validate } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import type { ObjectTable } from './object-table.ts'

/** A refusal, with everything that is wrong. */
export class InvalidObject extends MizzenError {
  readonly problems: readonly Problem[]

  constructor(subject: string, problems: readonly Problem[]) {
    const [first] = problems
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
    const path = first?.path === '' ? undefined : first?.path
    super('invalid', `${subject} is refused: ${first?.message}${more}`, { path, hint: first?.hint })
    this.problems = problems
  }
}

/**
 * The object in its one form, if it may go into a store: valid, and based on the state that is there where it names one
 * (`metadata.resourceVersion`). Throws MizzenError `invalid` (an InvalidObject) or `conflict`.
 */
export function admit(resource: Resource, table?: ObjectTable): Resource {
  const errors = validate(resource).filter((problem) => problem.severity === 'error' || problem.code === 'unknown-kind')
  if (errors.length > 0) throw new InvalidObject(`${resource.kind} ${resource.metadata?.name ?? ''}`, errors)
  const object = normalise(resource)
  const wanted = object.metadata.resourceVersion
  const current = table?.get(objectKey(object))?.metadata.resourceVersion
  if (wanted === undefined || current === undefined || wanted === current) return object
  throw new MizzenError('conflict', `${objectKey(object)} was changed by somebody else in the meantime`, {
    path: 'metadata.resourceVersion',
    hint: 'read it again and make your change on top, or leave resourceVersion out',
  })
}
