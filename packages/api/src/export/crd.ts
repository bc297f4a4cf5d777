import { DURATION_PATTERN } from '../duration.ts'
import type { Kind } from '../kinds/kind.ts'
import { mapValueShape, type Shape, shapeOf } from '../schema/shape.ts'

/** A structural OpenAPI v3 schema, as CustomResourceDefinitions have it. */
type OpenApi = Readonly<Record<string, unknown>>

/** Groups that Kubernetes serves itself; what is in them has no definition of ours. */
const BUILT_IN = /^$|^(apps|batch)$|\.k8s\.io$/

/** Whether a definition of ours is what tells a Kubernetes API server of the kind. */
export function isCustom(kind: Kind): boolean {
  return !BUILT_IN.test(kind.group)
}

/**
 * The CustomResourceDefinition of a kind. Defaults are told in descriptions, not set: the server would write them into
 * objects, where they could not be told from what an author chose.
 */
export function customResourceDefinition(kind: Kind): OpenApi {
  const { group, plural, singular, shortNames, namespaced, versions } = kind
  const { spec = {}, status = {} } = shapeOf(kind.schema).properties ?? {}
  const required = shapeOf(kind.schema).required?.includes('spec') === true
  const openAPIV3Schema = {
    type: 'object',
    properties: { spec: convert(spec), status: { ...convert(status), type: 'object', ...OPEN } },
    ...(required && { required: ['spec'] }),
  }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind: kind.kind, listKind: `${kind.kind}List`, plural, singular, shortNames: [...shortNames] },
      scope: namespaced ? 'Namespaced' : 'Cluster',
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema },
        subresources: { status: {} },
        additionalPrinterColumns: COLUMNS,
      })),
    },
  }
}

const OPEN = { 'x-kubernetes-preserve-unknown-fields': true }
const COLUMNS = [
  { name: 'Programmed', type: 'string', jsonPath: '.status.conditions[?(@.type=="Programmed")].status' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
]

const FORMATS: Readonly<Record<string, OpenApi>> = {
  duration: { pattern: DURATION_PATTERN },
  byte: { format: 'byte' },
  'date-time': { format: 'date-time' },
}

function convert(shape: Shape): OpenApi {
  const { type, items, properties, required, enum: words, oneofs, also, format, minimum, maximum } = shape
  const values = mapValueShape(shape)
  const about = describe(shape)
  if (shape.anyOf !== undefined) return { 'x-kubernetes-int-or-string': true, ...about }
  if (words !== undefined) return { type: 'string', enum: words, ...about }
  if (type === undefined) return { ...OPEN, ...about }
  return {
    type,
    ...about,
    ...(type === 'integer' && { format: integerFormat(maximum), minimum, maximum }),
    ...(format !== undefined && FORMATS[format]),
    ...textBounds(shape),
    ...(items !== undefined && { items: convert(items) }),
    ...(values !== undefined && { additionalProperties: convert(values) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, convert(field)])),
    }),
    ...(properties !== undefined && required !== undefined && required.length > 0 && { required }),
    ...(also !== undefined && OPEN),
    ...(oneofs !== undefined && oneofs.length > 0 && { allOf: oneofs.flatMap(atMostOne) }),
  }
}

function describe({ description, default: fallback }: Shape): OpenApi {
  const told = fallback === undefined || fallback === '' ? '' : `Default: ${JSON.stringify(fallback)}.`
  const text = [description, told].filter((part) => part !== undefined && part !== '').join(' ')
  return text === '' ? {} : { description: text }
}

function integerFormat(maximum = 0): string {
  return maximum > 2 ** 31 - 1 ? 'int64' : 'int32'
}

function textBounds({ pattern, minLength, maxLength, minItems, maxItems, maxProperties }: Shape): OpenApi {
  const bounds = { pattern, minLength, maxLength, minItems, maxItems, maxProperties }
  return Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined && value !== 0))
}

/** Pairs of which both must not be there. Not as CEL: its cost in lists without bounds is beyond what a server accepts. */
function atMostOne(group: readonly string[]): readonly OpenApi[] {
  return group.flatMap((name, index) => group.slice(index + 1).map((other) => ({ not: { required: [name, other] } })))
}
