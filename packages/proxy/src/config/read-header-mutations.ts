import type { ConfigNode } from './config-node.ts'
import type { HeaderMutations, HeaderOp } from './model.ts'

type Verb = Exclude<HeaderOp['op'], 'remove'>

const VERBS: Readonly<Record<string, Verb>> = {
  APPEND_IF_EXISTS_OR_ADD: 'append',
  ADD_IF_ABSENT: 'add-if-absent',
  OVERWRITE_IF_EXISTS_OR_ADD: 'set',
  OVERWRITE_IF_EXISTS: 'set-if-present',
}

/** The four header fields that routes, virtual hosts, route configurations and weighted clusters have alike. */
export function readHeaderMutations(node: ConfigNode): HeaderMutations {
  return {
    request: readSide(node, 'request_headers_to_remove', 'request_headers_to_add'),
    response: readSide(node, 'response_headers_to_remove', 'response_headers_to_add'),
  }
}

function readSide(node: ConfigNode, removed: string, added: string): readonly HeaderOp[] {
  const removals = node.strings(removed).map((name): HeaderOp => ({ op: 'remove', name: name.toLowerCase() }))
  return [...removals, ...node.list(added, readOption)]
}

/** envoy.config.core.v3.HeaderValueOption; `append` is the older word for `append_action`. */
function readOption(node: ConfigNode): HeaderOp {
  const action = node.enumeration('append_action', VERBS)
  const op = node.has('append') ? (node.boolean('append', true) ? 'append' : 'set') : action
  const header = node.child('header', (value) => ({
    name: value.requiredString('key').toLowerCase(),
    value: value.string('value') || Buffer.from(value.string('raw_value'), 'base64').toString('utf8'),
  }))
  if (header === undefined) throw node.error('bad-config', 'must be given', 'header')
  return { op, ...header, ...(node.boolean('keep_empty_value') && { keepsEmpty: true }) }
}
