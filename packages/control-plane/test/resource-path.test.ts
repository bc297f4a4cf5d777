import { describe, expect, it } from 'vitest'
import { parseResourcePath } from '../src/api/resource-path.ts'

describe('parseResourcePath', () => {
  it.each([
    ['/api/v1/pods', 'Pod', undefined, undefined],
    ['/api/v1/namespaces/shop/pods', 'Pod', 'shop', undefined],
    ['/api/v1/namespaces/shop/pods/p', 'Pod', 'shop', 'p'],
    ['/api/v1/namespaces', 'Namespace', undefined, undefined],
    ['/api/v1/namespaces/shop', 'Namespace', undefined, 'shop'],
    ['/apis/networking.istio.io/v1beta1/namespaces/a/virtualservices/v', 'VirtualService', 'a', 'v'],
    ['/apis/apps/v1/deployments', 'Deployment', undefined, undefined],
  ])('%s', (path, kind, namespace, name) => {
    const found = parseResourcePath(path.split('/').slice(1))
    expect({ kind: found?.kind.kind, namespace: found?.namespace, name: found?.name }).toEqual({
      kind,
      namespace,
      name,
    })
  })

  it('keeps the version of the path', () => {
    const path = ['apis', 'networking.istio.io', 'v1alpha3', 'gateways']
    expect(parseResourcePath(path)?.apiVersion).toBe('networking.istio.io/v1alpha3')
  })

  it.each([
    '/api/v1/nothing',
    '/api/v2/pods',
    '/api/v1/pods/p',
    '/api/v1/namespaces/a/pods/p/log',
    '/api/v1/namespaces/a/namespaces/b',
    '/apis/networking.istio.io/v1/pods',
    '/apis',
    '/',
  ])('%s is none', (path) => {
    expect(parseResourcePath(path.split('/').slice(1))).toBeUndefined()
  })
})
