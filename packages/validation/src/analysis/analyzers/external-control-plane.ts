import { isIP } from 'node:net'
import { type Analyzer, eachAlone } from '../analyzer.ts'
import { fields, isFields, items, text } from '../loose.ts'

export const externalControlPlane: Analyzer = {
  name: 'externalcontrolplane.ExternalControlPlaneAnalyzer',
  summary: 'webhooks that no control plane can be reached by',
  analyze: eachAlone(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'], (subject, report) => {
    if (!isIstios(subject.kind, subject.name)) return
    items(subject.body.webhooks).forEach((hook, index) => {
      const { url, service } = fields(hook.clientConfig)
      const path = `webhooks[${index}].clientConfig`
      if (typeof url !== 'string') {
        if (!isFields(service)) report('IST0163', path, `webhook ${text(hook.name)} has neither a service nor a URL`)
        return
      }
      const host = hostOf(url)
      if (host === undefined)
        report('IST0163', path, `webhook ${text(hook.name)}: ${JSON.stringify(url)} names no host`)
      else if (isIP(host) !== 0) report('IST0164', path, `webhook ${text(hook.name)}: ${host} is an IP address`)
    })
  }),
}

function isIstios(kind: string, name: string): boolean {
  if (kind === 'MutatingWebhookConfiguration') return name.startsWith('istio-sidecar-injector')
  return name === 'istiod-default-validator' || name.startsWith('istio-validator')
}

/** Undefined where there is none, or one that can never be resolved (RFC 6761, section 6.4). */
function hostOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  return host === '' || host.endsWith('.invalid') ? undefined : host
}
