import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Resource } from '@mizzen/api'
import { afterEach, describe, expect, it } from 'vitest'
import { FileMemory } from '../src/index.ts'
import { Mesh } from './mesh.ts'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe('a rollout', () => {
  it('promotes a healthy version, and scales the old one down', async () => {
    const mesh = new Mesh()
    await mesh.start()
    await mesh.until('Promoted')
    expect(mesh.canary.status?.phase).toBe('Promoted')
    expect(mesh.weights).toEqual([0, 10, 50, 100])
    await mesh.look()
    expect(mesh.store.get('Deployment', 'default', 'myapp-v1')?.spec).toMatchObject({ replicas: 0 })
  })

  it('takes a bad version back', async () => {
    const mesh = new Mesh()
    await mesh.start()
    for (let look = 0; look < 12; look += 1) await mesh.look()
    mesh.errors = 0.3
    await mesh.until('RolledBack')
    expect(mesh.weights.at(-1)).toBe(0)
    const [condition] = mesh.canary.status?.conditions ?? []
    expect(condition).toMatchObject({ type: 'Promoted', status: 'False', reason: 'JudgedWorse' })
    expect(condition?.message).toMatch(/of the canary's requests against 0 % .* failed, as callers see it/)
  })

  it('says that it is taken back once every proxy has that', async () => {
    const mesh = new Mesh()
    await mesh.start()
    while (mesh.weight !== 50) await mesh.look()
    mesh.errors = 0.3
    mesh.acknowledging = false
    for (let look = 0; look < 40; look += 1) await mesh.look()
    expect(mesh.weight).toBe(0)
    expect(mesh.rollout.report()).toMatchObject({ verdict: 'progressing', phase: 'RollingBack', code: 'JudgedWorse' })
    mesh.acknowledging = true
    await mesh.look()
    expect(mesh.rollout.report()).toMatchObject({ verdict: 'rolledBack', phase: 'RolledBack', code: 'JudgedWorse' })
  })

  it('does not pass a version off as promoted that has taken the place of the promoted one', async () => {
    const mesh = new Mesh()
    await mesh.start()
    await mesh.until('Promoted')
    await mesh.store.remove('Pod', 'default', 'myapp-v1-1')
    const deployment = mesh.store.get('Deployment', 'default', 'myapp-v2') as Resource & { spec: { template: object } }
    const template = { ...deployment.spec.template, spec: { containers: [{ name: 'app', image: 'next' }] } }
    await mesh.store.apply({ ...deployment, spec: { ...deployment.spec, template } } as Resource)
    await mesh.look()
    expect(mesh.rollout.report()).toMatchObject({ verdict: 'paused', weight: 100, code: 'StableUnavailable' })
    expect(mesh.canary.status?.conditions?.[0]).toMatchObject({ status: 'Unknown', reason: 'StableUnavailable' })
  })

  it('takes it back even when it has all traffic, as long as the old one is there', async () => {
    const mesh = new Mesh()
    await mesh.start()
    await mesh.until('CleaningUp')
    mesh.errors = 0.3
    await mesh.until('RolledBack')
    expect([mesh.weight, mesh.canary.status?.phase]).toEqual([0, 'RolledBack'])
  })

  it('never raises the weight without metrics', async () => {
    const mesh = new Mesh()
    await mesh.start()
    for (let look = 0; look < 4; look += 1) await mesh.look()
    const { weight } = mesh
    mesh.sampling = false
    for (let look = 0; look < 50; look += 1) await mesh.look()
    expect([mesh.weight, mesh.canary.status?.conditions?.[0]?.reason]).toEqual([weight, 'NoMetrics'])
  })

  it('goes on at the same step after a crash, wherever that comes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollout-'))
    folders.push(folder)
    const mesh = new Mesh(new FileMemory(folder))
    await mesh.start()
    for (let look = 0; look < 400 && mesh.canary.status?.phase !== 'Promoted'; look += 1) {
      await mesh.look()
      const before = mesh.rollout.state
      await mesh.open()
      expect(mesh.rollout.state?.step).toBe(before?.step)
      expect(mesh.rollout.state?.weight).toBe(before?.weight)
    }
    expect(mesh.canary.status?.phase).toBe('Promoted')
    expect(mesh.weights).toEqual([0, 10, 50, 100])
  })

  it('leaves a weight alone that somebody else set, and says so', async () => {
    const mesh = new Mesh()
    await mesh.start()
    while (mesh.weight !== 10) await mesh.look()
    await mesh.look()
    const [http] = mesh.route.spec?.http ?? []
    const route = (http?.route ?? []).map((one) => ({ ...one, weight: one.destination.subset === 'v2' ? 80 : 20 }))
    await mesh.store.apply({ ...mesh.route, spec: { ...mesh.route.spec, http: [{ ...http, route }] } } as Resource)
    for (let look = 0; look < 20; look += 1) await mesh.look()
    expect([mesh.weight, mesh.canary.status?.phase]).toEqual([80, 'Paused'])
    expect(mesh.canary.status?.conditions?.[0]?.reason).toBe('RouteEdited')
    mesh.command('resume')
    await mesh.look()
    expect(mesh.weight).toBe(10)
  })

  it('holds while the route is gone', async () => {
    const mesh = new Mesh()
    await mesh.start()
    while (mesh.weight !== 10) await mesh.look()
    const { route } = mesh
    await mesh.store.remove('VirtualService', 'default', 'myapp')
    for (let look = 0; look < 10; look += 1) {
      mesh.clock.advance(500)
      await mesh.rollout.tick(mesh.canary)
    }
    expect(mesh.canary.status?.conditions?.[0]?.reason).toBe('RouteMissing')
    await mesh.store.apply(route)
    await mesh.until('Promoted')
    expect(mesh.canary.status?.phase).toBe('Promoted')
  })
})
