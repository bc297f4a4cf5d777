import type { FindingJson } from './finding-json.ts'

/** `Warning [IST0101] (VirtualService default/shop shop.yaml:7) message`: one line, as istioctl prints it. */
export function findingLine({ severity, code, kind, resource, file, line, message }: FindingJson): string {
  const place = file === null ? undefined : line === null ? file : `${file}:${line}`
  const where = [kind, resource, place].filter((part) => part !== null && part !== undefined).join(' ')
  return `${severity[0]!.toUpperCase()}${severity.slice(1)} [${code}] (${where}) ${message}`
}
