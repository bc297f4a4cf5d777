import type { ConnectionPredicate } from '../config/connection-predicate.ts'
import { isPipe } from '../http/pipe-address.ts'
import type { ConnectionInfo } from './connection-info.ts'

export type ConnectionTest = (connection: Pick<ConnectionInfo, 'localHost' | 'localPort'>) => boolean

/**
 * Whether a predicate holds for a connection as it is known by then: its destination is the original one only behind the
 * filter that restores it. On Unix domain sockets there are no ports.
 */
export function compilePredicate(predicate: ConnectionPredicate): ConnectionTest {
  switch (predicate.kind) {
    case 'any':
      return () => true
    case 'not': {
      const test = compilePredicate(predicate.rule)
      return (connection) => !test(connection)
    }
    case 'and': {
      const tests = predicate.rules.map(compilePredicate)
      return (connection) => tests.every((test) => test(connection))
    }
    case 'or': {
      const tests = predicate.rules.map(compilePredicate)
      return (connection) => tests.some((test) => test(connection))
    }
    case 'destination-port': {
      const { start, end } = predicate
      return ({ localHost, localPort }) =>
        !isPipe({ host: localHost, port: localPort }) && localPort >= start && localPort < end
    }
  }
}
