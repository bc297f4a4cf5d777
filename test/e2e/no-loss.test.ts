/** Nobody loses a request while the mesh is changed under load. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sleep, systemClock } from '@mizzen/base'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { load } from './load.ts'
import { Mesh, until, virtualService } from './mesh.ts'

let mesh: Mesh

beforeAll(async () => {
  mesh = await Mesh.start()
})

afterAll(async () => {
  await mesh?.stop()
})

async function pods(version: string): Promise<readonly { metadata: { name: string }; status: { podIP: string } }[]> {
  const items = JSON.parse(await mesh.must('get', 'pods', '-o', 'json')).items
  return items.filter(
    (pod: { metadata: { labels: Record<string, string> } }) => pod.metadata.labels.version === version,
  )
}

/** The control plane of this mesh, found by its command line and home; Linux. */
function controlPlanePid(): number {
  const mine = readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0')
      return command.includes('control-plane') && readFileSync(`/proc/${entry}/environ`, 'utf8').includes(mesh.home)
    } catch {
      return false
    }
  })
  expect(mine).toHaveLength(1)
  return Number(mine[0])
}

it('loses no request of 20,000 while weights step, v1 goes, a Pod restarts and the control plane is killed', {
  timeout: 300_000,
}, async () => {
  let done = false
  let answered = 0
  const running = load({
    ...{ url: mesh.ready.gateway, connections: 16, pauseMs: 5, until: () => done },
    onAnswer: () => {
      answered += 1
    },
  })
  await mesh.setWeights(70, 30)
  await mesh.setWeights(50, 50)

  // A subset that goes before the route that names it: the proxy keeps what its route needs.
  const rule = mesh.read('destination-rule.yaml')
  mesh.write('destination-rule.yaml', rule.replace(/.*name: v1.*\n/, ''))
  await mesh.must('wait', 'destinationrule/myapp-destinationrule', '--for', 'programmed')
  await sleep(systemClock, 500)
  mesh.write('destination-rule.yaml', rule)

  // Most of the load is to meet changes.
  while (answered < 12_000) {
    await mesh.setWeights(30, 70)
    await mesh.setWeights(50, 50)
  }

  const killed = controlPlanePid()
  process.kill(killed, 'SIGKILL')
  await until(async () => {
    const status = await mesh.mizzen('proxy-status', '-o', 'json')
    return status.status === 0 && JSON.parse(status.stdout).length === 3
  }, 'the control plane to be back, with every proxy')
  expect(controlPlanePid()).not.toBe(killed)

  await mesh.setWeights(0, 100)
  const [before] = await pods('v2')
  await mesh.must('delete', 'pod', before!.metadata.name)
  await until(async () => {
    const now = await pods('v2')
    return now.length === 1 && now[0]!.metadata.name !== before!.metadata.name
  }, 'the replacement of the v2 Pod alone')

  mesh.write(
    'virtual-service.yaml',
    virtualService(0, 100).replace(/ {4}- destination: \{host: myapp, subset: v1\}\n {6}weight: 0\n/, ''),
  )
  mesh.write('destination-rule.yaml', mesh.read('destination-rule.yaml').replace(/.*name: v1.*\n/, ''))
  rmSync(join(mesh.dir, 'deployment-v1.yaml'))
  await until(async () => (await pods('v1')).length === 0, 'the Pods of v1 to be gone')
  await until(() => answered >= 20_000, '20,000 answers')
  done = true

  const tally = await running
  expect(tally.failures).toEqual({})
  expect(tally.total).toBeGreaterThanOrEqual(20_000)
})

it('ends everything that it started when it ends', async () => {
  const home = mesh.home
  expect(await mesh.stop()).toBe(0)
  const left = () =>
    readdirSync('/proc').filter((entry) => {
      if (!/^\d+$/.test(entry)) return false
      try {
        return readFileSync(`/proc/${entry}/environ`, 'utf8').includes(`MIZZEN_HOME=${home}`)
      } catch {
        return false
      }
    })
  // The watchdog sees the end of `up`, and then ends itself.
  await expect.poll(left, { timeout: 60_000 }).toEqual([])
})
