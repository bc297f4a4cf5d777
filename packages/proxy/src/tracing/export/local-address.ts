/** This machine's own IPv4 address, as Envoy finds it: the first that is not a loopback one. */
export function localAddress(): string {
  // Not loaded where nothing is traced.
  const { networkInterfaces } = process.getBuiltinModule('node:os')
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}
