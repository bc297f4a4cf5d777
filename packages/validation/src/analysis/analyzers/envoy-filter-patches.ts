import type { Analyzer } from '../analyzer.ts'
import type { Code } from '../codes/codes.ts'
import { at, type Fields, fields, isFields, items, text, whole } from '../loose.ts'
import type { Subject } from '../subject.ts'

/** What applies to routes can be neither added nor removed as a whole. */
const ROUTES: readonly string[] = ['ROUTE_CONFIGURATION', 'HTTP_ROUTE']
const REPLACEABLE: readonly string[] = ['NETWORK_FILTER', 'HTTP_FILTER', 'VIRTUAL_HOST']

export const envoyFilterPatches: Analyzer = {
  name: 'envoyfilter.EnvoyPatchAnalyzer',
  summary:
    'patches of EnvoyFilters that are ignored, or depend on an order that nobody promises; each code once a filter',
  analyze(mesh, report) {
    // Filters that an earlier patch, of any EnvoyFilter, gives to one version of the proxy only.
    const versioned = new Set<string>()
    for (const filter of mesh.all('EnvoyFilter')) {
      for (const [code, found] of Map.groupBy(patchProblems(filter, versioned), ({ code }) => code)) {
        const [first, ...others] = found
        const also = others.length === 0 ? '' : `; the same of patches ${others.map(({ index }) => index).join(', ')}`
        report(filter, code, `spec.configPatches[${first!.index}]`, `${explain(code, first!.patch)}${also}`)
      }
    }
  },
}

interface PatchProblem {
  readonly code: Code
  readonly index: number
  readonly patch: Fields
}

/** @param versioned grows by the filters that patches here give to one version of the proxy */
function patchProblems({ spec }: Subject, versioned: Set<string>): readonly PatchProblem[] {
  const patches = items(spec.configPatches)
  const hasPriority = (whole(spec.priority) ?? 0) !== 0
  // What follows a patch without a body is not looked at, as in Istio.
  const end = patches.findIndex(({ patch }) => !isFields(patch))
  return patches.slice(0, end === -1 ? undefined : end).flatMap((patch, index) => {
    const name = patchedName(patch)
    const code = operationProblem(patch, hasPriority, versioned.has(name))
    if (text(at(patch, 'match', 'proxy', 'proxyVersion')) !== '') versioned.add(name)
    return code === undefined ? [] : [{ code, index, patch }]
  })
}

/** The filter that the patch's value makes, or else the one that it matches; '' without a value. */
function patchedName({ patch, match }: Fields): string {
  const value = fields(patch).value
  if (!isFields(value) || Object.keys(value).length === 0) return ''
  if (value.name !== undefined) return `value ${JSON.stringify(value.name)}`
  return text(at(match, 'listener', 'filterChain', 'filter', 'name'))
}

function operationProblem(patch: Fields, hasPriority: boolean, versioned: boolean): Code | undefined {
  const applyTo = text(patch.applyTo)
  const relative = hasPriority ? undefined : versioned ? 'IST0155' : 'IST0151'
  switch (fields(patch.patch).operation) {
    case 'ADD':
      return ROUTES.includes(applyTo) ? 'IST0153' : undefined
    case 'REMOVE':
      return ROUTES.includes(applyTo) ? 'IST0154' : relative
    case 'REPLACE':
      return REPLACEABLE.includes(applyTo) ? relative : 'IST0152'
    case 'INSERT_BEFORE':
    case 'INSERT_AFTER':
      return relative
    default:
      return undefined
  }
}

function explain(code: Code, { applyTo, patch }: Fields): string {
  const what = `${text(fields(patch).operation)} of ${text(applyTo)}`
  if (code === 'IST0151') return `${what} without a priority: whether it applies depends on the order of the patches`
  if (code === 'IST0155') {
    return `${what} without a priority, of a filter that an earlier patch adds for one version of the proxy only`
  }
  return `${what} has no effect`
}
