/** `npm run bench -- no-loss` in short: no request is lost while the configuration or the control plane is disturbed. */
import { describe, expect, it } from 'vitest'
import { DISTURBANCES } from '../../bench/no-loss/disturbances.ts'
import { noLoss } from '../../bench/no-loss/no-loss.ts'
import { requireTool } from '../requirements.ts'
import { envoyProgram, mizzenProgram } from '../twin/data-plane.ts'

const envoy = requireTool('envoy')
const GATEWAYS = [
  { name: 'our proxy', program: mizzenProgram, skip: false },
  { name: 'the real Envoy', program: envoyProgram(envoy ?? ''), skip: envoy === undefined },
]

for (const { name, program, skip } of GATEWAYS) {
  describe.skipIf(skip)(name, () => {
    it('loses no request', { timeout: 300_000 }, async () => {
      const options = { program, apiType: 'DELTA_GRPC', disturbances: DISTURBANCES, seconds: 1.5 } as const
      const results = await noLoss({ ...options, say: () => {} })
      expect(results.map(({ disturbance }) => disturbance)).toEqual(DISTURBANCES.map((one) => one.name))
      for (const { disturbance, count, requests, failures } of results) {
        expect(failures, disturbance).toEqual({})
        expect(count, disturbance).toBeGreaterThan(0)
        expect(requests, disturbance).toBeGreaterThan(10)
      }
    })
  })
}
