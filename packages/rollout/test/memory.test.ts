/** What outlives a controller, on a disk that is full, or broken. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { FileMemory, VolatileMemory } from '../src/index.ts'
import { Mesh } from './mesh.ts'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-memory-'))
  folders.push(folder)
  return folder
}

class FullDisk extends VolatileMemory {
  full = false

  override async saveState(...args: Parameters<VolatileMemory['saveState']>): Promise<void> {
    if (this.full) throw new Error('ENOSPC: no space left on device, write')
    return super.saveState(...args)
  }

  override append(...args: Parameters<VolatileMemory['append']>): void {
    if (this.full) throw new Error('ENOSPC: no space left on device, write')
    super.append(...args)
  }
}

const conditionOf = (mesh: Mesh) => mesh.canary.status?.conditions?.[0]

describe('a disk that is full', () => {
  async function filled(weight: number): Promise<{ mesh: Mesh; disk: FullDisk }> {
    const disk = new FullDisk()
    const mesh = new Mesh(disk)
    await mesh.start()
    while (mesh.weight < weight) await mesh.look()
    disk.full = true
    return { mesh, disk }
  }

  it('holds the weight, says so, and it goes on when there is room', async () => {
    const { mesh, disk } = await filled(10)
    for (let look = 0; look < 40; look += 1) await mesh.look()
    expect([mesh.weight, mesh.canary.status?.phase]).toEqual([10, 'Progressing'])
    expect(conditionOf(mesh)?.message).toMatch(/; the state can't be saved: ENOSPC/)
    expect(mesh.rollout.report()?.problem).toMatch(/ENOSPC/)
    disk.full = false
    await mesh.until('Promoted')
    expect([mesh.canary.status?.phase, mesh.rollout.report()?.problem]).toEqual(['Promoted', ''])
  })

  it('keeps nobody from taking a bad version back', async () => {
    const { mesh, disk } = await filled(50)
    mesh.errors = 0.5
    await mesh.until('RolledBack')
    expect([mesh.weight, conditionOf(mesh)?.reason]).toEqual([0, 'JudgedWorse'])
    expect(mesh.rollout.report()).toMatchObject({ verdict: 'rolledBack', problem: expect.stringMatching(/ENOSPC/) })
    const saved = async () => (await disk.loadState('Canary/default/myapp'))?.phase
    expect(await saved()).toBe('Progressing')
    disk.full = false
    await mesh.look()
    expect([await saved(), mesh.rollout.report()?.problem]).toEqual(['RolledBack', ''])
  })

  it('loses no command', async () => {
    const { mesh, disk } = await filled(10)
    mesh.command('pause')
    await mesh.look()
    expect(mesh.canary.status?.phase).toBe('Progressing')
    disk.full = false
    await mesh.look()
    expect(mesh.canary.status?.phase).toBe('Paused')
  })
})

describe('a state that is broken', () => {
  it.each(['', '{"phase": "Progre', 'null', '[]', '{"phase": "Progressing"}', '"x"'])(
    '%j: it is put aside, and the rollout begins anew, from no weight',
    async (text) => {
      const folder = newFolder()
      const mesh = new Mesh(new FileMemory(folder))
      await mesh.start()
      while (mesh.weight < 50) await mesh.look()
      const file = readdirSync(folder).find((name) => name.endsWith('.state.json')) as string
      writeFileSync(join(folder, file), text)
      mesh.store.updateStatus('Canary', 'default', 'myapp', {})
      await mesh.open()
      await mesh.look()
      expect(mesh.weight).toBe(0)
      if (text !== '') expect(readFileSync(join(folder, `${file}.broken`), 'utf8')).toBe(text)
      await mesh.until('Promoted')
      expect(mesh.canary.status?.phase).toBe('Promoted')
    },
  )
})

describe('a rollout that has ended', () => {
  it('records nothing more: what is told of it stays', async () => {
    const mesh = new Mesh()
    await mesh.start()
    await mesh.until('Promoted')
    const { requests, report } = { requests: mesh.rollout.report()?.canaryRequests, report: mesh.rollout.report() }
    mesh.errors = 0.5
    for (let look = 0; look < 20; look += 1) await mesh.look()
    expect(mesh.rollout.report()?.canaryRequests).toBe(requests)
    expect(mesh.rollout.report()).toEqual(report)
  })
})

describe('a gate that is closed for long', () => {
  it('fills no record', async () => {
    const memory = new VolatileMemory()
    const hook = { name: 'ops', type: 'confirm-rollout', url: 'http://hooks/closed' }
    const mesh = new Mesh(memory, { analysis: { webhooks: [hook] } })
    mesh.gate = 403
    await mesh.start()
    for (let look = 0; look < 200; look += 1) await mesh.look()
    const { entries } = await memory.load('Canary/default/myapp')
    expect(conditionOf(mesh)?.message).toBe('ops (confirm-rollout) holds it: it answered 403')
    expect(entries.filter(({ kind }) => kind === 'decision').length).toBeLessThan(10)
    mesh.gate = 200
    await mesh.until('Promoted')
    expect(mesh.canary.status?.phase).toBe('Promoted')
  })
})
