const PREFIX = 'unix://'

/** The path of a `unix://` address; undefined for any other address. */
export function unixPath(address: string): string | undefined {
  return address.startsWith(PREFIX) ? address.slice(PREFIX.length) : undefined
}

/** Why a path can't be a socket: it must be absolute, or abstract (`@name`). */
export function unixFault(path: string): string | undefined {
  if (path.startsWith('@')) return undefined
  return path.startsWith('/') && !path.endsWith('/') ? undefined : `"${path}" is not an absolute path to a socket`
}
