import type { ParsedDocument } from '@mizzen/api'
import type { Place } from '@mizzen/base'
import { isFields } from './loose.ts'
import { meshSettingsSubject, settingsInConfigMap } from './mesh-settings-document.ts'
import { type Subject, subjectOf } from './subject.ts'

/** Documents of files, ready for analysis. */
export interface AnalysedDocuments {
  readonly subjects: readonly Subject[]
  /** In the order of the documents, with those that later ones take the place of. */
  readonly inOrder: readonly Subject[]
  /** Where an object, or the field at `path` in it, is written. */
  readonly placeOf: (subject: Subject, path: string) => Place | undefined
  /** Documents that can't be read at all, or whose kind is a slip. */
  readonly unread: readonly ParsedDocument[]
}

export interface DocumentOptions {
  /** Of objects that name no namespace. */
  readonly namespace?: string
}

/** Of several documents for one object the last counts, as when they are applied. */
export function analysedDocuments(
  documents: readonly ParsedDocument[],
  options: DocumentOptions = {},
): AnalysedDocuments {
  const inOrder: Subject[] = []
  const places = new Map<Subject, ParsedDocument>()
  const unread: ParsedDocument[] = []
  for (const document of documents) {
    const found = subjectsOf(document, options)
    inOrder.push(...found)
    for (const subject of found) places.set(subject, document)
    if (found.length === 0 && document.problems.some(({ severity }) => severity === 'error')) unread.push(document)
  }
  return {
    subjects: [...new Map(inOrder.map((subject) => [subject.key, subject])).values()],
    inOrder,
    placeOf: (subject, path) => places.get(subject)?.placeOf(path),
    unread,
  }
}

function subjectsOf({ written, problems }: ParsedDocument, { namespace }: DocumentOptions): readonly Subject[] {
  if (!isFields(written)) return []
  const settings = meshSettingsSubject(written)
  const subject = settings ?? subjectOf(written, { namespace, problems })
  return subject === undefined ? [] : [subject, ...settingsInConfigMap(subject)]
}
