import type { Resource } from '@mizzen/api'
import type { Fields } from './loose.ts'
import { settingsInConfigMap } from './mesh-settings-document.ts'
import { type Subject, subjectOf } from './subject.ts'

/** An object of a running mesh as analysis sees it: nothing for kinds that no analyzer reads. */
export function subjectsOfObject(object: Resource): readonly Subject[] {
  const subject = subjectOf(object as unknown as Fields)
  return subject === undefined ? [] : [subject, ...settingsInConfigMap(subject)]
}
