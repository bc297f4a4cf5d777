import type { Problem } from '@mizzen/api'
import type { GatewayModel } from './gateway.ts'
import { hindrance } from './server-tls.ts'

// What is wrong between objects is validation's to say, and only there: these are about what is not translated.

/** A finding about one object, before it is given its place in a file. */
export type Notice = Omit<Problem, 'place'>

/** Servers that cannot be served: nothing listens for them. */
export function serverNotices({ origin, servers }: GatewayModel): Notice[] {
  return servers.flatMap(({ tls, path }) => {
    const reason = tls && hindrance(tls)
    if (tls === undefined || reason === undefined) return []
    const message = `nothing listens here: mode ${tls.mode} ${reason}`
    return [warning(origin.key, 'not-supported-yet', `${path}.tls.mode`, message)]
  })
}

/** A Secret that a gateway needs, and cannot use: what it had before stays in use. */
export function secretNotice(origin: string, problem: string): Notice {
  return warning(origin, 'bad-form', 'data', `a gateway cannot use this Secret: it ${problem}`)
}

/** A setting of the mesh that is asked for, and does nothing. */
export function meshNotice(origin: string, problem: string): Notice {
  return warning(origin, 'no-effect', 'data.mesh', problem)
}

function warning(origin: string, code: string, path: string, message: string): Notice {
  const [kind = '', namespace = '', name = ''] = origin.split('/')
  return { severity: 'warning', code, path, message, kind, namespace, name }
}
