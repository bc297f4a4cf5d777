import type { Address } from '../config/model.ts'

/** Whether an address is that of a Unix domain socket. */
export function isPipe({ host }: Address): boolean {
  return host.startsWith('/') || host.startsWith('@')
}

/** The path as the system wants it: an abstract one begins with NUL. */
export function pipePath({ host }: Address): string {
  return host.startsWith('@') ? `\0${host.slice(1)}` : host
}
