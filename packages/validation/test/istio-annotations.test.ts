import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { sharedData } from '../../../test/requirements.ts'
import { annotationFacts, annotationNames } from '../src/analysis/facts/istio-annotations.ts'

const file = sharedData('istio-data/api-metadata/annotations.yaml')

interface Entry {
  readonly name: string
  readonly featureStatus?: string
  readonly deprecated?: boolean
  readonly resources: readonly string[]
}

it.skipIf(file === undefined)('knows the annotations of istio/api', () => {
  const { annotations } = parse(readFileSync(file!, 'utf8')) as { annotations: readonly Entry[] }
  const names = annotations.map(({ name }) => name)
  expect(annotationNames().toSorted()).toEqual(names.toSorted())
  for (const { name, featureStatus, deprecated = false, resources } of annotations) {
    const status = featureStatus?.toLowerCase() ?? 'unstated'
    expect.soft({ name, ...annotationFacts(name) }).toEqual({ name, status, deprecated, kinds: resources })
  }
})
