import { checksClients, isPassthrough, type ServerTls } from './server-tls.ts'

/** A secret that a proxy may ask for. */
export interface SecretPlan {
  /** As the proxy asks for it: `kubernetes://NAME`. */
  readonly name: string
  readonly namespace: string
  /** Names of the Secrets that it may be made from; the first that is there counts. */
  readonly candidates: readonly string[]
  readonly content: 'certificate' | 'roots'
}

/** Istio's way to name a Secret of the proxy's own namespace. */
const SCHEME = 'kubernetes://'
/** Roots that belong to a credential are in a Secret of this name, or in the credential itself. */
const ROOTS = '-cacert'

export function secretName(credential: string): string {
  return credential.startsWith(SCHEME) ? credential : SCHEME + credential
}

/** The name by which the roots for clients of a server are asked for. */
export function rootsName({ caCredential, credentials }: ServerTls): string {
  return secretName(caCredential === '' ? `${credentials[0] ?? ''}${ROOTS}` : caCredential)
}

/** What a server with TLS of a gateway in this namespace needs. A name of another namespace is never served. */
function secretPlans(tls: ServerTls, namespace: string): SecretPlan[] {
  if (isPassthrough(tls) || tls.credentials.length === 0) return []
  const certificates = tls.credentials.map((credential): SecretPlan => {
    const name = secretName(credential)
    return { name, namespace, candidates: [bare(name)], content: 'certificate' }
  })
  if (!checksClients(tls)) return certificates.filter(isOwn)
  const name = rootsName(tls)
  const [secret] = [bare(name)]
  const candidates = secret.endsWith(ROOTS) ? [secret, secret.slice(0, -ROOTS.length)] : [secret]
  return [...certificates, { name, namespace, candidates, content: 'roots' } as const].filter(isOwn)
}

/** What all of these need together, each once. */
export function secretsOf(ended: readonly { readonly tls: ServerTls | undefined }[], namespace: string): SecretPlan[] {
  const plans = ended.flatMap(({ tls }) => (tls === undefined ? [] : secretPlans(tls, namespace)))
  return [...new Map(plans.map((plan) => [plan.name, plan])).values()]
}

function bare(name: string): string {
  return name.slice(SCHEME.length)
}

function isOwn({ candidates }: SecretPlan): boolean {
  return candidates.every((name) => !name.includes('/'))
}
