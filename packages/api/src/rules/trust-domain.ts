import { isDnsLabel } from './names.ts'

/** Labels of DNS with dots between; a final dot is allowed. */
export function isTrustDomain(text: string): boolean {
  const labels = text.split('.')
  const last = labels.length - 1
  return (
    text !== '' && labels.every((label, index) => isDnsLabel(label) || (label === '' && index === last && last > 0))
  )
}

/** `spiffe://trust-domain/path` (SPIFFE-ID, sections 2 and 3): no empty or relative segments, at most 2048 bytes. */
export function spiffeFault(id: string): string | undefined {
  const [, domain, path = ''] = /^spiffe:\/\/([^/]*)(\/.*)?$/.exec(id) ?? []
  if (domain === undefined) return `"${id}" does not start with spiffe://`
  if (!/^[a-z0-9._-]+$/.test(domain)) return `"${domain}" is not a trust domain`
  if (id.length > 2048) return 'longer than 2048 characters'
  const segments = path === '' ? [] : path.slice(1).split('/')
  const wrong = segments.find((segment) => !/^[a-zA-Z0-9._-]+$/.test(segment) || segment === '.' || segment === '..')
  return wrong === undefined ? undefined : `"${wrong}" can't be a part of the path of a SPIFFE ID`
}
