import { describe, expect, it } from 'vitest'
import { parseSelector } from '../src/api/selector.ts'

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', labels: { app: 'myapp', version: 'v1', empty: '' } },
}

describe('parseSelector', () => {
  it.each([
    ['app=myapp', true],
    ['app==myapp,version!=v2', true],
    ['app=myapp,version=v2', false],
    ['app', true],
    ['other', false],
    ['!other', true],
    ['!app', false],
    ['empty=', true],
    ['other!=x', true],
    ['app.kubernetes.io/name=x', false],
  ])('labels %s: %s', (labelSelector, selected) => {
    expect(parseSelector(new URLSearchParams({ labelSelector }))(pod)).toBe(selected)
  })

  it.each([
    ['metadata.name=p', true],
    ['metadata.name=q', false],
    ['metadata.name=p,metadata.namespace=n', true],
  ])('fields %s: %s', (fieldSelector, selected) => {
    expect(parseSelector(new URLSearchParams({ fieldSelector }))(pod)).toBe(selected)
  })

  it.each(['app in (a)', '!app=x', 'a=b=c'])('refuses labels %s', (labelSelector) => {
    expect(() => parseSelector(new URLSearchParams({ labelSelector }))).toThrow('is not a label selector')
  })

  it('refuses fields that it does not know', () => {
    expect(() => parseSelector(new URLSearchParams({ fieldSelector: 'spec.x=1' }))).toThrow('is not a field selector')
  })
})
