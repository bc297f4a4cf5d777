import type { VirtualService } from '@mizzen/api'
import type { Change } from '@mizzen/store'
import { describe, expect, it } from 'vitest'
import { overlaidStore, VolatileMemory } from '../src/index.ts'
import { Mesh } from './mesh.ts'

const OVERLAY = { traffic: { virtualService: 'myapp', weightMode: 'overlay' } }

function specOf(mesh: Mesh): unknown {
  return (mesh.store.get('VirtualService', 'default', 'myapp') as VirtualService).spec
}

describe('weights out of the spec', () => {
  it('are in force, and leave the VirtualService as git has it', async () => {
    const mesh = new Mesh(new VolatileMemory(), OVERLAY)
    await mesh.start()
    const before = specOf(mesh)
    await mesh.until('Promoted')
    expect(mesh.weights).toEqual([0, 10, 50, 100])
    expect(specOf(mesh)).toEqual(before)
  })

  it('are waited for: a change takes back the word that every proxy has it', async () => {
    const mesh = new Mesh(new VolatileMemory(), OVERLAY)
    await mesh.start()
    while (mesh.weight !== 10) await mesh.look()
    const { status } = mesh.store.get('VirtualService', 'default', 'myapp') as VirtualService
    expect(status?.conditions?.[0]).toMatchObject({ type: 'Programmed', status: 'False', reason: 'Pending' })
    for (let look = 0; look < 40; look += 1) {
      mesh.clock.advance(500)
      await mesh.rollout.tick(mesh.canary)
    }
    expect([mesh.weight, mesh.canary.status?.conditions?.[0]?.reason]).toEqual([10, 'WaitingForProxies'])
  })

  it('are there again after a restart, before anybody looks', async () => {
    const memory = new VolatileMemory()
    const mesh = new Mesh(memory, OVERLAY)
    await mesh.start()
    while (mesh.weight !== 50) await mesh.look()
    mesh.store.updateStatus('Canary', 'default', 'myapp', {})
    expect(mesh.weight).toBe(0)
    await mesh.restore()
    expect(mesh.weight).toBe(50)
  })

  it('show as changes of the VirtualService, once each', async () => {
    const mesh = new Mesh(new VolatileMemory(), OVERLAY)
    await mesh.start()
    const seen: Change[] = []
    overlaidStore(mesh.store).watch((changes) => seen.push(...changes))
    await mesh.until('Promoted')
    const news = seen.filter(({ object, statusOnly }) => object.kind === 'VirtualService' && statusOnly !== true)
    const weights = news.map(({ object }) => (object as VirtualService).spec?.http?.[0]?.route?.[1]?.weight ?? 0)
    expect(weights).toEqual([0, 10, 50, 100])
  })

  it('end with the Canary', async () => {
    const mesh = new Mesh(new VolatileMemory(), OVERLAY)
    await mesh.start()
    while (mesh.weight !== 10) await mesh.look()
    const seen: Change[] = []
    overlaidStore(mesh.store).watch((changes) => seen.push(...changes))
    await mesh.store.remove('Canary', 'default', 'myapp')
    expect(mesh.weight).toBe(0)
    expect(seen.map(({ object, type }) => `${type} ${object.kind}`)).toEqual([
      'deleted Canary',
      'modified VirtualService',
    ])
  })
})
