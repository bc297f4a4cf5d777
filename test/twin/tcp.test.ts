/** TCP connections through two data planes, the real Envoy and ours: who gets which bytes, how it ends, what is logged. */
import { beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../requirements.ts'
import { envoyProgram, mizzenProgram } from './data-plane.ts'
import type { TcpCase } from './tcp/case.ts'
import { tcpCases } from './tcp/cases/index.ts'
import { observeTcp, type TcpObservation } from './tcp/observe.ts'

const envoy = requireTool('envoy')
const all = tcpCases.map((one) => ({ name: one.name, one }))

function expectClients(seen: TcpObservation | undefined, clients: TcpCase['clients']): void {
  expect(seen?.failure).toBeUndefined()
  expect(seen?.clients.map(({ ending }) => ending)).toEqual(clients.map(([, ending]) => ending))
  clients.forEach(([received], index) => {
    const bytes = seen?.clients[index]?.received ?? ''
    if (typeof received === 'number') expect(bytes.length).toBe(received)
    else if (typeof received === 'string') expect(bytes).toBe(received)
    else expect(bytes).toMatch(received)
  })
}

describe.skipIf(envoy === undefined)('twin: TCP', () => {
  let real: Map<string, TcpObservation>
  let ours: Map<string, TcpObservation>

  beforeAll(async () => {
    real = await observeTcp(envoyProgram(envoy as string), tcpCases)
    ours = await observeTcp(mizzenProgram, tcpCases)
  }, 300_000)

  it.each(all)('Envoy does as the case says: $name', ({ name, one }) => expectClients(real.get(name), one.clients))

  it.each(all)('ours does the same: $name', ({ name }) => expect(ours.get(name)).toEqual(real.get(name)))
})
