import type { ConfigNode } from './config-node.ts'
import type { ConnectionPredicate } from './connection-predicate.ts'

const RULES: Readonly<Record<string, (node: ConfigNode, name: string) => ConnectionPredicate | undefined>> = {
  any_match: readAny,
  not_match: (node, name) => node.child(name, (rule) => ({ kind: 'not', rule: readConnectionPredicate(rule) })),
  and_match: (node, name) => node.child(name, (set) => ({ kind: 'and', rules: readRules(set) })),
  or_match: (node, name) => node.child(name, (set) => ({ kind: 'or', rules: readRules(set) })),
  destination_port_range: (node, name) => node.child(name, readPorts),
}

/** envoy.config.listener.v3.ListenerFilterChainMatchPredicate. */
export function readConnectionPredicate(node: ConfigNode): ConnectionPredicate {
  const given = Object.entries(RULES).flatMap(([name, read]) => read(node, name) ?? [])
  const [rule] = given
  if (rule === undefined || given.length > 1) {
    throw node.error('bad-config', `must have one of ${Object.keys(RULES).join(', ')}`)
  }
  return rule
}

function readAny(node: ConfigNode, name: string): ConnectionPredicate | undefined {
  if (!node.has(name)) return undefined
  if (!node.boolean(name)) throw node.error('bad-config', 'must be true', name)
  return { kind: 'any' }
}

function readRules(set: ConfigNode): readonly ConnectionPredicate[] {
  const rules = set.list('rules', readConnectionPredicate)
  if (rules.length < 2) throw set.error('bad-config', 'must have two rules or more', 'rules')
  return rules
}

/** envoy.type.v3.Int32Range: the end is not part of it. */
function readPorts(range: ConfigNode): ConnectionPredicate {
  return { kind: 'destination-port', start: range.number('start', 0), end: range.number('end', 0) }
}
