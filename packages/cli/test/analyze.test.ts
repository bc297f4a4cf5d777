import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from './run-command.ts'

const service = `apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop, version: v1, sidecar.istio.io/inject: "true"}}
    spec: {containers: [{name: shop, image: shop}]}
---
`
const route = (host: string, gateways = '') => `${service}apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: [shop]${gateways}
  http:
  - route:
    - destination: {host: ${host}}
`

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mizzen-analyze-'))
  await writeFile(join(folder, 'good.yaml'), route('shop'))
  await writeFile(join(folder, 'bad.yaml'), route('nowhere'))
  await writeFile(join(folder, 'call.json'), '[{"port": 80, "hostHeader": "shop", "path": "/"}]')
})

afterAll(() => rm(folder, { recursive: true }))

function mizzen(...args: readonly string[]) {
  return runCommand(args, { cwd: folder, env: { MIZZEN_HOME: folder } })
}

describe('analyze', () => {
  it('says what is wrong and where, and fails for errors', async () => {
    expect(await mizzen('analyze', 'bad.yaml')).toEqual({
      status: 1,
      out: 'Error [IST0101] (VirtualService shop bad.yaml:23) no service has host nowhere\n',
      err: '',
    })
    expect(await mizzen('analyze', 'good.yaml')).toEqual({
      status: 0,
      out: '',
      err: '✔ No issues found when analyzing good.yaml.\n',
    })
  })

  it('prints JSON and SARIF', async () => {
    const [json, sarif] = await Promise.all(['json', 'sarif'].map((form) => mizzen('analyze', 'bad.yaml', '-o', form)))
    const code = { code: 'IST0101', severity: 'error', kind: 'VirtualService', resource: 'shop', line: 23 }
    expect(JSON.parse(json!.out)).toMatchObject([code])
    expect(JSON.parse(sarif!.out)).toMatchObject({ version: '2.1.0', runs: [{ results: [{ ruleId: 'IST0101' }] }] })
  })

  it('takes suppressions, thresholds and names of analyzers', async () => {
    const suppressed = await mizzen('analyze', 'bad.yaml', '-S', 'IST0101=VirtualService shop.default')
    expect(suppressed).toMatchObject({ status: 0, out: '' })
    const other = await mizzen('analyze', 'bad.yaml', '--analyzer', 'gateway.SecretAnalyzer')
    expect(other).toMatchObject({ status: 0, out: '' })
    expect(await mizzen('analyze', 'bad.yaml', '--failure-threshold', 'fatal')).toMatchObject({ status: 2 })
  })

  it('looks at the order of changes', async () => {
    await writeFile(join(folder, 'moved.yaml'), `${route('store')}---\n${service.replaceAll('shop', 'store')}`)
    const { status, out } = await mizzen('analyze', 'moved.yaml', '--before', 'good.yaml')
    expect(status).toBe(0)
    expect(out).toMatch(
      /^Warning \[MZN0108\] \(VirtualService shop moved\.yaml:16\) from here until Deployment default\/store .* apply Service default\/store, then Deployment default\/store, then VirtualService default\/shop$/m,
    )
  })
})

describe('route', () => {
  it('shows which calls go elsewhere', async () => {
    await writeFile(join(folder, 'store.yaml'), `${route('store')}---\n${service.replaceAll('shop', 'store')}`)
    const options = ['--proxy', '{"type":"sidecar","ip":"10.0.0.1"}', '--calls', 'call.json', '--diff', 'good.yaml']
    const [moved, same] = await Promise.all(
      ['store.yaml', 'good.yaml'].map((file) => mizzen('route', '-f', file, ...options)),
    )
    expect(moved!.status).toBe(1)
    expect(moved!.out).toMatch(
      /GET shop:80\/ +outbound\|80\|\|shop\.\S+ +outbound\|80\|\|store\.[\s\S]*1 of 1 calls go elsewhere/,
    )
    expect(same).toMatchObject({ status: 0, out: '0 of 1 calls go elsewhere\n' })
  })
})

describe('describe', () => {
  it('knows by its Pods whether a Deployment has sidecars, and counts none for what has no Pods', async () => {
    const pod = (containers: string) => `metadata: {labels: {app: x}}\nspec: {containers: [${containers}]}`
    const template = pod('{name: a, image: a}').replaceAll('\n', '\n    ')
    const deployment = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  selector: {matchLabels: {app: x}}\n  template:\n    ${template}\n`
    const running = pod('{name: a, image: a}, {name: istio-proxy, image: p}').replace('{labels', '{name: x-1, labels')
    const route =
      'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec: {hosts: [x], http: [{route: [{destination: {host: x}}]}]}\n'
    await writeFile(join(folder, 'template.yaml'), `${deployment}---\n${route}`)
    await writeFile(join(folder, 'running.yaml'), `apiVersion: v1\nkind: Pod\n${running}\n`)
    const first = async (...args: string[]) =>
      (await mizzen('describe', ...args, '-f', 'template.yaml')).out.split('\n')[0]
    expect(await first('deployment/x')).toContain('without a sidecar')
    expect(await first('deployment/x', '-f', 'running.yaml')).toBe('Deployment default/x: 1 Pod, with a sidecar')
    expect(await first('virtualservice/v')).toBe('VirtualService default/v')
  })

  it('says which objects act on a service, and where they are written', async () => {
    const { status, out } = await mizzen('describe', 'service/shop', '-f', 'bad.yaml')
    expect(status).toBe(0)
    expect(out).toMatch(
      /^Service default\/shop: 2 Pods, with a sidecar\nRoutes:\n {2}VirtualService default\/shop .*bad\.yaml:16\)/,
    )
    expect(out).toContain('Findings:\n  Error [IST0101] (VirtualService shop bad.yaml:23)')
    expect(await mizzen('describe', 'service/none', '-f', 'bad.yaml')).toMatchObject({
      status: 1,
      err: expect.stringContaining('there is no Service none in namespace default'),
    })
  })
})
