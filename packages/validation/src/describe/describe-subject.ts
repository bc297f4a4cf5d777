import { MeshIndex } from '../analysis/mesh-index.ts'
import type { Subject } from '../analysis/subject.ts'
import { type Description, describe } from './describe.ts'

/** Which of these objects act on the subject. */
export function describeSubject(subject: Subject, subjects: Iterable<Subject>): Description {
  const mesh = new MeshIndex()
  for (const one of subjects) mesh.set(one)
  return describe(subject, mesh)
}
