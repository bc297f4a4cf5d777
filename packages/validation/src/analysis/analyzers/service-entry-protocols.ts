import type { Analyzer, Report } from '../analyzer.ts'
import { EVERYWHERE, exportScopes } from '../facts/exports.ts'
import { items, text, texts, whole } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import { fullName, type Subject } from '../subject.ts'

export const serviceEntryProtocols: Analyzer = {
  name: 'serviceentry.ConflictingServiceEntryProtocolAnalyzer',
  summary: 'ServiceEntries that give one host and port different protocols',
  analyze(mesh, report) {
    const places = claimsByPlace(mesh)
    const reported = new Set<Subject>()
    for (const [key, claims] of places) {
      const [scope = '', place = ''] = key.split('\n', 2)
      const visible = scope === EVERYWHERE ? claims : [...claims, ...(places.get(`${EVERYWHERE}\n${place}`) ?? [])]
      if (new Set(visible.map(({ protocol }) => protocol)).size > 1) reportOnce(place, visible, reported, report)
    }
  },
}

/** An entry says what is spoken at a host and port. */
interface Claim {
  readonly entry: Subject
  readonly protocol: string
}

/** By scope, newline, `host:port`. */
function claimsByPlace(mesh: MeshIndex): ReadonlyMap<string, readonly Claim[]> {
  const places = new Map<string, Claim[]>()
  for (const entry of mesh.all('ServiceEntry')) {
    for (const scope of exportScopes(entry)) {
      for (const host of texts(entry.spec.hosts)) {
        for (const port of items(entry.spec.ports)) {
          const key = `${scope}\n${host}:${whole(port.number) ?? 0}`
          const claim = { entry, protocol: text(port.protocol).toUpperCase() }
          places.set(key, [...(places.get(key) ?? []), claim])
        }
      }
    }
  }
  return places
}

function reportOnce(place: string, claims: readonly Claim[], reported: Set<Subject>, report: Report): void {
  const names = [...new Set(claims.map(({ entry }) => fullName(entry)))].sort().join(', ')
  const protocols = [...new Set(claims.map(({ protocol }) => protocol))].sort().join(', ')
  for (const { entry } of claims) {
    if (reported.has(entry)) continue
    reported.add(entry)
    report(entry, 'IST0177', 'metadata.name', `${place} is ${protocols} in ServiceEntries ${names}`)
  }
}
