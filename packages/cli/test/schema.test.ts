import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { runMizzen } from './run-mizzen.ts'

describe('mizzen schema', () => {
  it('prints the schema of all kinds, whole even into a pipe', async () => {
    const { status, out } = await runMizzen(['schema'])
    expect(status).toBe(0)
    const { definitions } = JSON.parse(out) as { definitions: Readonly<Record<string, unknown>> }
    expect(Object.keys(definitions)).toContain('VirtualService')
    expect(Object.keys(definitions)).toContain('Gateway.gateway.networking.k8s.io')
  })

  it('prints that of one kind, or its definition', async () => {
    const schema = JSON.parse((await runMizzen(['schema', 'vs'])).out) as { title: string }
    expect(schema.title).toBe('VirtualService')
    const definition = parse((await runMizzen(['schema', 'ratelimit', '-o', 'crd'])).out) as { kind: string }
    expect(definition.kind).toBe('CustomResourceDefinition')
    const all = parseAllDocuments((await runMizzen(['schema', '-o', 'crd'])).out)
    expect(all.length).toBeGreaterThan(15)
  })

  it('knows what it has no definition of', async () => {
    expect(await runMizzen(['schema', 'pod', '-o', 'crd'])).toMatchObject({ status: 2 })
    expect(await runMizzen(['schema', 'nothing'])).toMatchObject({ status: 2 })
  })
})

describe('mizzen validate', () => {
  it('refuses what is not text, and tells of what has no effect', async () => {
    expect(await runMizzen(['validate', '-f', '-'], { stdin: 'a: \0' })).toMatchObject({ status: 1 })
    const telemetry = 'apiVersion: telemetry.istio.io/v1\nkind: ProxyConfig\nmetadata: {name: a}\n'
    const { status, err } = await runMizzen(['validate', '-f', '-'], { stdin: telemetry })
    expect({ status, err }).toMatchObject({ status: 1, err: expect.stringContaining('networking.istio.io/v1beta1') })
  })
})
