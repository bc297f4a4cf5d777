import { relative } from 'node:path'
import { objectKey } from '@mizzen/api'
import type { Store } from '@mizzen/store'

export interface ExampleObject {
  /** As commands take it: `vs/NAME`. */
  readonly name: string
  /** Where it is written, relative to the working directory. */
  readonly file: string | undefined
}

/** A VirtualService to try things with. */
export function exampleObject(store: Store, cwd: string): ExampleObject | undefined {
  const [first] = store.list('VirtualService', 'default')
  if (first === undefined) return undefined
  const file = store.placeOf(objectKey(first))?.file
  return { name: `vs/${first.metadata.name}`, file: file && relative(cwd, file) }
}
