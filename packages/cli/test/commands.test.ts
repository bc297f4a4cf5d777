import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@mizzen/base'
import { type ControlPlane, formatAddress, startControlPlane } from '@mizzen/control-plane'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from './run-command.ts'
import { type Outcome, type RunOptions, runMizzen } from './run-mizzen.ts'

const loopback = { host: '127.0.0.1', port: 0 }
const service = (weights: readonly number[]) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: ["shop.example.com"]
  gateways: [nowhere]
  http:
  - route:
${weights.map((weight) => `    - {destination: {host: shop, subset: v${weight}}, weight: ${weight}}\n`).join('')}`

let folder: string
let controlPlane: ControlPlane
let env: Record<string, string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mizzen-commands-'))
  const options = { configDir: undefined, stateDir: join(folder, 'state'), xds: loopback, api: loopback }
  controlPlane = await startControlPlane(options, { logger: silentLogger })
  env = { MIZZEN_API: `http://${formatAddress(controlPlane.api)}`, MIZZEN_HOME: join(folder, 'home') }
})

afterAll(async () => {
  await controlPlane.close()
  await rm(folder, { recursive: true })
})

/** What serves listens for signals and writes to its own streams: it needs a process. */
const SERVERS = ['up', 'control-plane', 'proxy']

function mizzen(line: string, more: RunOptions = {}): Promise<Outcome> {
  const args = line.split(' ')
  const run = SERVERS.includes(args[0] ?? '') ? runMizzen : runCommand
  return run(args, { cwd: folder, env, ...more })
}

describe('objects of a running mesh', () => {
  it('are applied, shown, waited for and deleted', async () => {
    await writeFile(join(folder, 'shop.yaml'), service([70, 30]))
    const created = await mizzen('apply -f shop.yaml')
    expect(created).toMatchObject({ status: 0, out: 'virtualservice.networking.istio.io/shop created\n' })
    expect(created.err).toMatch(/^shop\.yaml:6:14: spec\.gateways\[0\]: warning: .*nowhere/)
    expect((await mizzen('apply -f shop.yaml')).out).toBe('virtualservice.networking.istio.io/shop unchanged\n')
    await writeFile(join(folder, 'shop.yaml'), service([50, 50]))
    expect((await mizzen('apply -f shop.yaml')).out).toBe('virtualservice.networking.istio.io/shop configured\n')

    expect((await mizzen('get vs')).out).toMatch(/^NAME {3}GATEWAYS +HOSTS +AGE\nshop +\["nowhere"\] /)
    expect((await mizzen('get vs/shop -o name')).out).toBe('virtualservice.networking.istio.io/shop\n')
    expect((await mizzen('get vs -A')).out).toMatch(/^NAMESPACE +NAME.*\ndefault +shop/)
    expect(JSON.parse((await mizzen('get vs shop -o json')).out)).toMatchObject({ metadata: { generation: 2 } })
    expect((await mizzen('get vs shop -o yaml')).out).toContain('weight: 50')

    const waited = await mizzen('wait vs/shop --for programmed --timeout 10s')
    expect(waited).toMatchObject({ status: 0, out: expect.stringContaining('shop condition met') })
    const deleted = await mizzen('delete vs/shop')
    expect(deleted).toMatchObject({ status: 0, out: 'virtualservice.networking.istio.io "shop" deleted\n' })
    expect(await mizzen('delete vs/shop')).toMatchObject({ status: 1, err: expect.stringContaining('not found') })
    expect(await mizzen('get vs/shop')).toMatchObject({ status: 1, err: expect.stringContaining('"shop" not found') })
    expect(await mizzen('wait vs/shop --for delete')).toMatchObject({ status: 0 })
  })

  it('are not touched if any document is invalid', async () => {
    const stdin = `${service([1, 2])}---\n${service([1, -1]).replace('name: shop', 'name: other')}`
    const refused = await mizzen('apply -f -', { stdin })
    expect(refused).toMatchObject({ status: 1, out: '' })
    expect(refused.err).toMatch(/^stdin:\d+:\d+: spec\.http\[0\]\.route\[1\]\.weight: /m)
    expect(refused.err).toContain('nothing was applied')
    expect((await mizzen('get vs')).err).toBe('No resources found in default namespace.\n')
  })

  it('go to the namespace that is asked for', async () => {
    const stdin = service([100])
    expect((await mizzen('apply -n staging -f -', { stdin })).status).toBe(0)
    expect((await mizzen('get vs -n staging -o name')).out).toContain('/shop')
    expect((await mizzen('delete -n staging -f -', { stdin })).status).toBe(0)
  })

  it('are waited for no longer than asked', async () => {
    expect(await mizzen('wait vs/none --timeout 1s')).toMatchObject({
      status: 1,
      err: expect.stringContaining('not found'),
    })
    await mizzen('apply -f -', { stdin: service([100]) })
    const late = await mizzen('wait vs/shop --for condition=Never --timeout 300ms')
    expect(late).toMatchObject({ status: 1, err: expect.stringContaining('timed out waiting for virtualservice/shop') })
    await mizzen('delete vs shop')
  })
})

describe('without a mesh', () => {
  const nowhere = { MIZZEN_API: 'http://127.0.0.1:1' }

  it('says what to do', async () => {
    const failed = await mizzen('get vs', { env: nowhere })
    expect(failed.status).toBe(1)
    expect(failed.err).toMatch(/^mizzen: no mesh answers at http:\/\/127\.0\.0\.1:1: .*mizzen up.*\n$/)
  })

  it('validates files', async () => {
    expect(await mizzen('validate -f -', { stdin: service([1, 2]) })).toMatchObject({
      status: 0,
      out: '1 document, valid\n',
    })
    const json = await mizzen('validate -o json -f -', { stdin: service([1, -1]) })
    expect(json.status).toBe(1)
    const path = 'spec.http[0].route[1].weight'
    expect(JSON.parse(json.out)).toContainEqual(
      expect.objectContaining({
        file: 'stdin',
        line: 10,
        severity: 'error',
        kind: 'VirtualService',
        name: 'shop',
        path,
      }),
    )
  })

  it('translates and explains', async () => {
    const proxy = '{"type":"router","labels":{"istio":"x"}}'
    const translated = await mizzen(`translate -f - --proxy ${proxy}`, { stdin: service([1]) })
    expect(Object.keys(JSON.parse(translated.out))).toEqual(['listeners', 'routes', 'clusters', 'endpoints', 'secrets'])
    const args = `route -f - --proxy ${proxy} --call http://shop.example.com:8080/ -o json`
    expect(JSON.parse((await mizzen(args, { stdin: service([1]) })).out)).toMatchObject({ error: 'ErrNoListener' })
  })

  it('keeps exit status 2 for wrong usage', async () => {
    for (const args of [
      'nope',
      'get',
      'get nope',
      'get vs --nope',
      'apply',
      'wait vs',
      'up --isolation netns',
      'proxy',
    ]) {
      expect(await mizzen(args, { env: nowhere }), args).toMatchObject({ status: 2, out: '' })
    }
  })

  it('has help with an example for every command', async () => {
    const { out, status } = await mizzen('--help')
    expect(status).toBe(0)
    const commands =
      out
        .split('Commands:')[1]
        ?.match(/^ {2}[a-z-]+/gm)
        ?.map((name) => name.trim()) ?? []
    expect(commands).toContain('proxy-status')
    for (const name of commands.filter((one) => one !== 'help')) {
      const help = await mizzen(`${name} --help`)
      expect(help, name).toMatchObject({ status: 0, err: '', out: expect.stringContaining('Example: ') })
    }
  })

  it('says when there is nothing to end', async () => {
    expect(await mizzen('down')).toMatchObject({ status: 0, out: 'No mesh is running.\n' })
  })

  it('tells which directory or file it cannot read', async () => {
    expect(await mizzen('up missing')).toMatchObject({
      status: 1,
      err: "mizzen: can't read directory missing: there is no such directory\n",
    })
    const started = await mizzen('control-plane --config missing --xds-address 127.0.0.1:0 --admin-address 127.0.0.1:0')
    expect(started).toMatchObject({ status: 1, err: expect.stringMatching(/^mizzen: .*missing.*\n$/) })
    expect(await mizzen('proxy -c missing.yaml')).toMatchObject({
      status: 1,
      err: expect.stringContaining('missing.yaml'),
    })
  })
})
