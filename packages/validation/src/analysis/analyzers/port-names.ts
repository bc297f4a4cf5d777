import { protocolOf } from '@mizzen/discovery'
import { type Analyzer, eachAlone } from '../analyzer.ts'
import { isControlPlane, isSystemNamespace } from '../facts/injection.ts'
import { items, text, whole } from '../loose.ts'
import type { Subject } from '../subject.ts'

export const portNames: Analyzer = {
  name: 'service.PortNameAnalyzer',
  summary: 'ports of Services whose name does not say the protocol',
  analyze: eachAlone(['Service'], (service, report) => {
    if (isSystemNamespace(service.namespace) || isControlPlane(service) || isManaged(service)) return
    const external = service.spec.type === 'ExternalName'
    items(service.spec.ports).forEach(({ name, port, protocol, appProtocol }, index) => {
      const [word, number] = [text(name), whole(port) ?? 0]
      const spoken = protocolOf(number, word, text(protocol), text(appProtocol) || undefined)
      if (spoken !== 'Unsupported' && !(external && word === 'tcp')) return
      const path = `spec.ports[${index}]`
      if (external) report('IST0150', path, `port ${number} of an ExternalName Service needs the name of its protocol`)
      else report('IST0118', path, `port ${number} is named ${JSON.stringify(word)}, which says no protocol`)
    })
  }),
}

/** Made by a controller for a Gateway of the Gateway API: nobody wrote its names. */
function isManaged({ labels }: Pick<Subject, 'labels'>): boolean {
  return CONTROLLERS.includes(labels['gateway.istio.io/managed'] ?? '')
}

const CONTROLLERS = ['istio.io-gateway-controller', 'istio.io-mesh-controller', 'istio.io-eastwest-controller']
