import { objectKey, type ParsedDocument, type Problem } from '@mizzen/api'
import { type MeshSettings, noticesFor } from '@mizzen/discovery'

/**
 * What is wrong with each document, and then between those that are good. Names that these documents lack may be in a
 * running mesh, so what is found between them is a warning.
 */
export function checkResources(
  documents: readonly ParsedDocument[],
  mesh: Partial<MeshSettings> = {},
): readonly Problem[] {
  const own = documents.flatMap((document) => document.problems)
  const good = documents.filter(({ problems }) => problems.every(({ severity }) => severity !== 'error'))
  const byKey = new Map(good.flatMap((one) => (one.resource ? [[objectKey(one.resource), one] as const] : [])))
  const objects = [...byKey.values()].flatMap(({ resource }) => resource ?? [])
  const between = noticesFor(objects, mesh).map((notice): Problem => {
    const document = byKey.get(`${notice.kind}/${notice.namespace}/${notice.name}`)
    return document === undefined ? notice : { ...notice, place: document.placeOf(notice.path) }
  })
  return [...own, ...between]
}
