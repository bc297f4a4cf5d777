import type { Analyzer } from '../analyzer.ts'
import { templateFacts } from '../facts/pod-facts.ts'
import { items, text } from '../loose.ts'
import { fullName, type Subject } from '../subject.ts'

/** Names that a message shows; more are counted. */
const MAX_NAMES = 5
const VARIABLE = 'BLOCKED_CIDRS_IN_JWKS_URIS'

export const blockedCidrs: Analyzer = {
  name: 'authn.BlockedCIDRsAnalyzer',
  summary: 'keys of tokens that may be fetched from anywhere',
  analyze(mesh, report) {
    const users = mesh.all('RequestAuthentication')
    if (users.length === 0) return
    for (const deployment of mesh.all('Deployment')) {
      if (deployment.labels.app !== 'istiod' || isSet(deployment)) continue
      const names = users.slice(0, MAX_NAMES).map(fullName).join(', ')
      const more = users.length > MAX_NAMES ? `, and ${users.length - MAX_NAMES} more` : ''
      report(deployment, 'IST0175', '', `${VARIABLE} is not set, and there are RequestAuthentications: ${names}${more}`)
    }
  },
}

function isSet(deployment: Subject): boolean {
  const variables = templateFacts(deployment).containers.flatMap(({ env }) => items(env))
  return variables.some(({ name, value }) => name === VARIABLE && text(value) !== '')
}
