/** `myapp` for `myapp.default.svc.cluster.local`, `myapp.shop` for other namespaces. */
export function shortService(host: string): string {
  const [name = host, namespace, svc] = host.split('.')
  if (svc !== 'svc' || namespace === undefined) return host
  return namespace === 'default' ? name : `${name}.${namespace}`
}

export function shortWorkload(name: string, namespace: string): string {
  if (name === '' || name === 'unknown') return 'unknown'
  return namespace === 'default' || namespace === '' ? name : `${name}.${namespace}`
}
