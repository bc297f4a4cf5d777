/** This machine's own IPv4 address, as Envoy finds it: the first that is not a loopback one. Looked up when first needed. */
export class LocalAddress {
  #found: string | undefined

  get text(): string {
    this.#found ??= firstAddress()
    return this.#found
  }
}

function firstAddress(): string {
  // Not loaded where nothing is traced or mirrored.
  const { networkInterfaces } = process.getBuiltinModule('node:os')
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}
