/** Whether every name that fits a host fits one of these hosts too. */
export type HostCover = (inner: string) => boolean

/** Looking up costs what there are different lengths of wildcards, however many hosts there are. */
export function hostCover(hosts: readonly string[]): HostCover {
  const exact = new Set(hosts.filter((host) => !host.startsWith('*')))
  const ends = new Set(hosts.filter((host) => host.startsWith('*')).map((host) => host.slice(1)))
  const lengths = [...new Set([...ends].map(({ length }) => length))]
  return (inner) => {
    if (exact.has(inner)) return true
    const body = inner.startsWith('*') ? inner.slice(1) : inner
    return lengths.some((length) => length <= body.length && ends.has(body.slice(body.length - length)))
  }
}
