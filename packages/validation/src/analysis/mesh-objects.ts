import { type Resource, validate } from '@mizzen/api'
import { VALIDATED_KINDS } from './analyzed-kind.ts'
import type { Fields } from './loose.ts'
import { settingsInConfigMap } from './mesh-settings-document.ts'
import { type DocumentProblem, type Subject, subjectOf } from './subject.ts'

/**
 * An object of a running mesh as analysis sees it: nothing for kinds that no analyzer reads. What is wrong with it by
 * itself is found when an analyzer asks.
 */
export function subjectsOfObject(object: Resource): readonly Subject[] {
  const subject = subjectOf(object as unknown as Fields)
  if (subject === undefined) return []
  let problems: readonly DocumentProblem[] | undefined = VALIDATED_KINDS.includes(subject.kind) ? undefined : []
  const own: Subject = {
    ...subject,
    get problems() {
      problems ??= validate(object)
      return problems
    },
  }
  return [own, ...settingsInConfigMap(own)]
}
