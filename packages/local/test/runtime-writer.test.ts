import type { Resource } from '@mizzen/api'
import { silentLogger, systemClock } from '@mizzen/base'
import { createMemoryStore } from '@mizzen/store'
import { expect, it } from 'vitest'
import { RuntimeWriter } from '../src/controllers/runtime-writer.ts'

function object(kind: string, name: string, status: string): Resource {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'default' }, status: { status } } as never
}

it('writes of each object the last state, and says how far a Deployment is after what that is about', async () => {
  const store = createMemoryStore([])
  const written: string[] = []
  const slow = Object.assign(Object.create(store), {
    apply: async (resource: Resource) => {
      await new Promise((resolve) => setImmediate(resolve))
      written.push(`${resource.metadata.name} ${(resource.status as { status: string }).status}`)
    },
  })
  const writer = new RuntimeWriter(slow, systemClock, silentLogger)
  const pods = (one: string, other: string) => [object('Pod', 'one', one), object('Pod', 'other', other)]
  writer.publish([object('Pod', 'one', 'ready'), object('Deployment', 'app', 'of one')])
  writer.publish([object('Deployment', 'app', 'changing'), ...pods('ready', 'starting')])
  writer.publish([object('Deployment', 'app', 'of other'), ...pods('leaving', 'ready')])
  await writer.written()
  expect(written.at(-1)).toBe('app of other')
  expect(written.filter((one) => one.startsWith('app'))).toEqual(['app of other'])
  expect(written).toContain('one leaving')
  expect(written).toContain('other ready')
})
