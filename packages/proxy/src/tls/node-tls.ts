/**
 * Node's TLS and crypto modules, loaded when the first configuration needs them: a proxy without TLS saves the memory.
 */
export function nodeTls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls')
}

export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto')
}
