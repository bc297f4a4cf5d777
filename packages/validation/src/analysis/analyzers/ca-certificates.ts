import { type Analyzer, eachAlone } from '../analyzer.ts'
import { at, fields, isFields, items, text, whole } from '../loose.ts'

export const caCertificates: Analyzer = {
  name: 'destinationrule.CaCertificateAnalyzer',
  summary: 'TLS to servers whose certificate nobody verifies',
  analyze: eachAlone(['DestinationRule'], ({ spec }, report) => {
    const policy = fields(spec.trafficPolicy)
    const selective = isFields(spec.workloadSelector)
    const host = text(spec.host)
    if (isUnverified(policy.tls, selective)) {
      const message = `TLS to ${host} without caCertificates: its certificate is not verified`
      report('IST0128', 'spec.trafficPolicy.tls', message)
    }
    items(policy.portLevelSettings).forEach((settings, index) => {
      if (!isUnverified(settings.tls, selective)) return
      const port = whole(at(settings, 'port', 'number')) ?? 'any'
      const message = `TLS to ${host}, port ${port}, without caCertificates: its certificate is not verified`
      report('IST0129', `spec.trafficPolicy.portLevelSettings[${index}].tls`, message)
    })
  }),
}

/** A credential holds the certificates of its authority too, but is only read where workloads are selected. */
function isUnverified(tls: unknown, selective: boolean): boolean {
  const { mode, caCertificates, credentialName } = fields(tls)
  if (mode !== 'SIMPLE' && mode !== 'MUTUAL') return false
  return text(caCertificates) === '' && !(selective && text(credentialName) !== '')
}
