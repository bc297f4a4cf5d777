import { describe, expect, it } from 'vitest'
import { combinedSchema, customResourceDefinition, findKind, isCustom, jsonSchemaOf, kinds } from '../src/index.ts'

type Node = Readonly<Record<string, unknown>>

/** Every object inside a value, with its path. */
function nodes(value: unknown, path = ''): readonly (readonly [path: string, node: Node])[] {
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.entries(value).flatMap(([name, item]) => nodes(item, `${path}/${name}`))
  return Array.isArray(value) ? inside : [[path, value as Node], ...inside]
}

const specOf = (word: string) => (jsonSchemaOf(findKind(word)!).properties as Record<string, Node>).spec!

describe('JSON Schema', () => {
  it('has what editors complete and show', () => {
    const { hosts, http } = specOf('vs').properties as Record<string, Node>
    expect(hosts).toMatchObject({ type: ['array', 'null'], items: { type: 'string' } })
    expect(http!.description).toContain('first that matches')
    expect(specOf('vs').additionalProperties).toBe(false)
  })

  it('of Kubernetes kinds lets fields be that it does not know', () => {
    expect(specOf('pod').additionalProperties).toBe(true)
  })

  it('of all kinds together chooses by apiVersion and kind', () => {
    const { allOf, definitions } = combinedSchema(kinds) as { allOf: readonly Node[]; definitions: Node }
    expect(allOf).toHaveLength(kinds.length)
    expect(Object.keys(definitions)).toEqual(kinds.map(({ id }) => id))
  })

  it('has no word that is ours alone', () => {
    for (const [path, node] of nodes(combinedSchema(kinds))) {
      if (path.endsWith('/properties') || path.endsWith('/definitions')) continue
      expect([path, Object.keys(node).filter((word) => word === 'oneofs' || word === 'also')]).toEqual([path, []])
    }
  })
})

describe('a CustomResourceDefinition', () => {
  const custom = kinds.filter(isCustom)

  it("is made of Istio's kinds and ours, with all versions", () => {
    expect(custom.map(({ kind }) => kind)).toContain('RateLimit')
    expect(custom.map(({ kind }) => kind)).not.toContain('HTTPRoute')
    const { spec, metadata } = customResourceDefinition(findKind('vs')!) as { spec: Node; metadata: Node }
    expect(metadata.name).toBe('virtualservices.networking.istio.io')
    const versions = spec.versions as readonly Node[]
    expect(versions.map(({ name, storage }) => [name, storage])).toEqual([
      ['v1', true],
      ['v1beta1', false],
      ['v1alpha3', false],
    ])
  })

  // https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
  it.each(custom.map(({ id }) => id))('of %s is structural', (id) => {
    const { spec } = customResourceDefinition(kinds.find((kind) => kind.id === id)!) as { spec: { versions: Node[] } }
    const { openAPIV3Schema } = spec.versions[0]!.schema as Record<string, Node> as { openAPIV3Schema: Node }
    for (const [path, node] of nodes(openAPIV3Schema)) {
      const isSchema =
        /(^|\/items|\/additionalProperties|\/properties\/[^/]+)$/.test(path) && !path.endsWith('/properties')
      if (!isSchema || path.includes('/allOf/')) continue
      const typed = ['type', 'x-kubernetes-int-or-string', 'x-kubernetes-preserve-unknown-fields'].some(
        (word) => word in node,
      )
      expect([path, typed]).toEqual([path, true])
      expect([path, 'properties' in node && 'additionalProperties' in node]).toEqual([path, false])
      expect([path, 'default' in node, 'patternProperties' in node]).toEqual([path, false, false])
    }
  })
})
