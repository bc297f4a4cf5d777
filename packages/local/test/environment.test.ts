import type { Container } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { declaredVariables, type EnvironmentFacts, expand } from '../src/kubelet/declared-variables.ts'
import { localVariables, machineVariables } from '../src/kubelet/local-variables.ts'
import { podLike } from './pods.ts'

const facts: EnvironmentFacts = {
  pod: podLike('hello-1'),
  podIP: '127.10.0.7',
  privatePorts: new Map([
    [8080, 20001],
    [9090, 20002],
  ]),
  behindSidecar: true,
  config: {
    entries: (kind, name) => (kind === 'ConfigMap' && name === 'settings' ? { color: 'red', size: 'big' } : undefined),
  },
}
const container = (fields: Partial<Container>): Container => ({ name: 'main', ...fields })
const declared = (fields: Partial<Container>) => declaredVariables(container(fields), facts)

describe('declaredVariables', () => {
  it('takes values, the downward API and ConfigMaps, later ones referring to earlier ones', () => {
    expect(
      declared({
        envFrom: [{ prefix: 'S_', configMapRef: { name: 'settings' } }],
        env: [
          { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
          { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
          { name: 'URL', value: 'http://$(IP)/$(NAME)/$(MISSING)/$$(IP)' },
        ],
      }),
    ).toEqual({
      S_color: 'red',
      S_size: 'big',
      NAME: 'hello-1',
      IP: '127.10.0.7',
      APP: 'hello',
      COLOR: 'red',
      URL: 'http://127.10.0.7/hello-1/$(MISSING)/$(IP)',
    })
  })

  it.each([
    [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'none', key: 'a' } } }, 'ConfigMap none has no key a'],
    [{ name: 'X', valueFrom: { fieldRef: { fieldPath: 'spec.none' } } }, 'fieldPath spec.none is not supported'],
  ])('refuses what is not there: %j', (variable, message) => {
    expect(() => declared({ env: [variable] })).toThrow(message)
  })

  it('passes over what is optional', () => {
    const reference = { name: 'none', key: 'a', optional: true }
    expect(declared({ env: [{ name: 'X', valueFrom: { configMapKeyRef: reference } }] })).toEqual({})
  })
})

describe('localVariables', () => {
  const ports = [{ containerPort: 8080 }, { containerPort: 9090 }]
  it.each([
    { why: 'the first port', own: {} as Record<string, string>, expected: '20001' },
    { why: 'a port of its own that is a container port', own: { PORT: '9090' }, expected: '20002' },
    { why: 'a port of its own that is none', own: { PORT: '7' }, expected: '7' },
  ])('PORT is the private port of $why', ({ own, expected }) => {
    const variables = localVariables(container({ ports }), own, facts)
    expect(variables).toMatchObject({ PORT: expected, HOST: '127.0.0.1', PORT_8080: '20001', PORT_9090: '20002' })
    expect(variables.HTTP_PROXY).toBe('http://127.10.0.7:15080')
  })

  it('without a sidecar the application has the address of its Pod to itself', () => {
    const alone = { ...facts, behindSidecar: false, privatePorts: new Map() }
    const variables = localVariables(container({ ports }), {}, alone)
    expect(variables).toMatchObject({ PORT: '8080', HOST: '127.10.0.7' })
    expect(variables).not.toHaveProperty('HTTP_PROXY')
  })
})

describe('machineVariables', () => {
  it('passes on what commands need, and nothing else', () => {
    expect(machineVariables({ PATH: '/bin', HOME: '/h', TOKEN: 'secret' }, '/node/bin')).toEqual({
      PATH: '/node/bin:/bin',
      HOME: '/h',
    })
  })
})

describe('expand', () => {
  it('keeps what names no variable', () => {
    expect(expand('$(A) $(B) $$(A) $A', { A: '1' })).toBe('1 $(B) $(A) $A')
  })
})
