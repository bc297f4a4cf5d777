import { type Analyzer, eachAlone } from '../analyzer.ts'
import { isControlPlane } from '../facts/injection.ts'
import { PROXY_CONTAINER, podFacts, templateFacts } from '../facts/pod-facts.ts'
import { at, text, whole } from '../loose.ts'

/** The user that the sidecar runs as: interception lets its packets pass. */
const PROXY_UID = 1337

export const applicationUid: Analyzer = {
  name: 'deployment.ApplicationUIDAnalyzer',
  aliases: ['applicationUID.Analyzer'],
  summary: 'applications that run as the user of the sidecar',
  analyze: eachAlone(['Pod', 'Deployment'], (subject, report) => {
    if (isControlPlane(subject)) return
    const { runAsUser, containers } = subject.kind === 'Pod' ? podFacts(subject) : templateFacts(subject)
    const applications = containers.filter(({ name }) => name !== PROXY_CONTAINER && text(name) !== 'istio-operator')
    const users = [runAsUser, ...applications.map((one) => whole(at(one, 'securityContext', 'runAsUser')))]
    if (users.includes(PROXY_UID)) report('IST0144', '', `user ${PROXY_UID} is the sidecar's`)
  }),
}
