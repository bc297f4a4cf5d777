import { normalise, type Resource, validate } from '@mizzen/api'
import { specOf, translateFor } from '@mizzen/discovery'
import { array, assert, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requireTool } from '../../../test/requirements.ts'
import { arbitraryMesh, SERVICES } from './arbitrary-mesh.ts'
import { envoyRefusal } from './envoy-validation.ts'

const envoy = requireTool('envoy')
/** Meshes for one start of Envoy. */
const AT_ONCE = 30

const PROXIES = [
  specOf({ type: 'sidecar', labels: { app: 'a' }, ip: '10.0.0.1', agent: 'envoy' }),
  specOf({
    ...{ type: 'sidecar', labels: { app: 'a' }, ip: '10.0.0.3', agent: 'envoy' },
    metadata: { INTERCEPTION_MODE: 'REDIRECT' },
  }),
  specOf({ type: 'router', labels: { istio: 'ingressgateway' }, ip: '10.0.0.2', agent: 'envoy' }),
]

const isValid = (resource: Resource) => validate(resource).every(({ severity }) => severity !== 'error')

function configurations(resources: readonly Resource[]) {
  const objects = [...SERVICES, ...resources].map((object) => normalise(object))
  return PROXIES.map((proxy) => translateFor(objects, proxy))
}

describe.skipIf(envoy === undefined)('whatever validates', () => {
  it('is accepted by a stock Envoy, once it is translated', { timeout: 120_000 }, () => {
    let [valid, all] = [0, 0]
    const meshes = array(arbitraryMesh, { minLength: AT_ONCE, maxLength: AT_ONCE })
    const accepted = property(meshes, (generated) => {
      const good = generated.map((objects) => objects.filter(isValid))
      valid += good.flat().length
      all += generated.flat().length
      if (envoyRefusal(envoy!, good.flatMap(configurations)) === '') return
      // One of them it is: which one is the message.
      for (const mesh of good) {
        const refusal = envoyRefusal(envoy!, configurations(mesh))
        if (refusal !== '') expect.fail(`${refusal}\n${JSON.stringify(mesh)}`)
      }
      expect.fail('refused together, but not one by one')
    })
    assert(accepted, { numRuns: 3, endOnFailure: true })
    expect(valid / all).toBeGreaterThan(0.5)
  })
})
