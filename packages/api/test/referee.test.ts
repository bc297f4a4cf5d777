import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatPlace } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { sharedData } from '../../../test/requirements.ts'
import { type Problem, parseDocuments } from '../src/index.ts'
import { type Case, JUDGES } from './referee/judges.ts'
import { notMapped } from './referee/not-mapped.ts'

/** Cases and manifests of Istio's own; see README.md there. */
const DATA = sharedData('istio-data')

/** Functions whose tables call what only has warnings invalid. */
const VALID_MEANS_CLEAN: ReadonlySet<string> = new Set(['ValidateLocalityLbSetting'])

/** Kinds that Mizzen doesn't read, and files that are no manifests. */
const IGNORED: ReadonlySet<string> = new Set(['unknown-kind', 'not-supported-yet', 'not-a-manifest'])

/** As the tables write values that JSON has no word for, back into plain ones. */
function revive(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { $type, $REPEAT, count, Fields, Kind, ...rest } = value as Readonly<Record<string, unknown>>
  if ($REPEAT !== undefined) return String($REPEAT).repeat(Number(count))
  if ($type === 'structpb.Struct') return Fields ?? {}
  if ($type === 'structpb.Value') return Kind
  if (String($type).startsWith('structpb.Value_')) return Object.values(rest)[0]
  return value
}

/** Numbers stand for the words of `applyTo` in a few; constants of Go for texts. */
function plain({ function: called, input }: Case): unknown {
  // Go's route may hold a nil match; in YAML, where null in a list is refused, the nearest thing to it is an empty one.
  const text = JSON.stringify(input ?? null)
    .replaceAll(called === 'validateHTTPRoute' ? '[null]' : '\n', '[{}]')
    .replaceAll('"wellknown.HTTPConnectionManager"', '"envoy.filters.network.http_connection_manager"')
    .replaceAll('"applyTo":0', '"applyTo":"INVALID"')
  return JSON.parse(text, revive)
}

function expected({ expect: { valid, warning }, extra }: Case): { valid: boolean; warning?: boolean } {
  if (typeof extra.error === 'string') return { valid: extra.error === '', warning }
  const column = extra.ok ?? extra.Valid
  if (typeof column === 'boolean') return { valid: column }
  return { valid: valid ?? true, warning: warning ?? (extra.wantWarn as boolean | undefined) }
}

function isError(problem: Problem): boolean {
  return problem.severity === 'error'
}

function verdict(item: Case): { valid: boolean; warning: boolean } {
  const problems: Problem[] = []
  JUDGES[item.function!]!(plain(item) as never, problems, item)
  const counted = problems.filter(({ severity }) => severity !== 'info')
  const errors = VALID_MEANS_CLEAN.has(item.function!) ? counted : counted.filter(isError)
  return {
    valid: errors.length === 0,
    warning: counted.some(({ severity }) => severity === 'warning'),
  }
}

describe.skipIf(DATA === undefined)("Istio's own verdicts", () => {
  it('are ours, case by case', () => {
    const cases = JSON.parse(readFileSync(join(DATA!, 'validation/cases.json'), 'utf8')) as Case[]
    const mapped = cases.filter((item) => notMapped(item) === undefined)
    const unknown = mapped.filter((item) => JUDGES[item.function ?? ''] === undefined)
    expect(unknown.map(({ id }) => id)).toEqual([])
    const different = mapped.flatMap((item) => {
      const [theirs, ours] = [expected(item), verdict(item)]
      const same = theirs.valid === ours.valid && (theirs.warning ?? ours.warning) === ours.warning
      return same ? [] : [`${item.id} ${JSON.stringify(theirs)} but ours ${JSON.stringify(ours)}`]
    })
    console.log(
      `validation cases: ${mapped.length} of ${cases.length} mapped, ${mapped.length - different.length} equal`,
    )
    expect(different).toEqual([])
  })

  it('on whole documents are ours', () => {
    const crds = join(DATA!, 'validation/crds')
    const different: string[] = []
    let judged = 0
    for (const file of readdirSync(crds)) {
      for (const text of readFileSync(join(crds, file), 'utf8').split(/^---$/m)) {
        const refused = /^_err:/m.test(text)
        for (const { resource, problems } of parseDocuments(text.replace(/^_err:.*$/m, ''), file)) {
          judged += 1
          if (problems.some(isError) !== refused) different.push(`${file} ${resource?.metadata.name}`)
        }
      }
    }
    console.log(`validation documents: ${judged} judged, ${judged - different.length} equal`)
    expect(different).toEqual([])
    expect(judged).toBeGreaterThan(0)
  })

  it.each(['samples', 'mesh-config-samples'])("find nothing wrong with Istio's %s", (folder) => {
    const samples = join(DATA!, folder)
    const files = readdirSync(samples, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file))
    const documents = files.flatMap((file) => parseDocuments(readFileSync(join(samples, file), 'utf8'), file))
    const problems = documents.flatMap((document) => document.problems)
    const described = problems
      .filter(({ code }) => !IGNORED.has(code))
      .map(({ place, severity, code }) => `${place && formatPlace(place)} ${severity} ${code}`)
    const read = documents.filter(({ resource }) => resource !== undefined).length
    console.log(`${folder}: ${read} of ${documents.length} documents are of kinds that Mizzen reads`)
    expect(described).toEqual(EXPECTED[folder])
    expect(read).toBeGreaterThan(0)
  })
})

/** Istio finds these too. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  // The first rule takes every request.
  samples: ['bookinfo/networking/fault-injection-details-v1.yaml:18:5 warning unreachable-rule'],
  // `consecutiveErrors`; and a field that is gone from the API.
  'mesh-config-samples': [
    'destination-rule-all.yaml:60:13 warning deprecated',
    'rule-websocket-route.yaml:56:7 error unknown-field',
    'rule-websocket-route.yaml:79:7 error unknown-field',
  ],
}
