import type { TrafficSelector, VmEnvVar, WasmConfig } from '../kinds/extensions/wasm.ts'
import type { WasmPlugin } from '../kinds/extensions/wasm-plugin.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { checkSelection } from './policy-selection.ts'

/** Control characters and backslashes, which the parser of browsers forgives. */
const NO_URL = /[\u0000-\u001f\u007f\\]/
const SCHEMES = ['file', 'http', 'https', 'oci']

export function checkWasmPlugin({ spec }: WasmPlugin, report: Report): void {
  checkSelection(spec, report)
  checkTraffic(spec.match ?? [], report)
  checkWasm(spec, 'spec', report)
}

/** Which traffic an extension sees: ports are a set, as Istio's CRDs have it. */
export function checkTraffic(match: readonly TrafficSelector[], report: Report): void {
  match.forEach(({ ports = [] }, index) => {
    const seen = new Set<number>()
    ports.forEach(({ number }, position) => {
      const at = `${itemPath(`${itemPath('spec.match', index)}.ports`, position)}.number`
      if (seen.has(number)) refuse(report, 'duplicate', at, `port ${number} is there already`)
      seen.add(number)
    })
  })
}

export function checkWasm({ url, vmConfig }: Pick<WasmConfig, 'url' | 'vmConfig'>, path: string, report: Report): void {
  checkUrl(url, `${path}.url`, report)
  checkEnv(vmConfig?.env ?? [], `${path}.vmConfig.env`, report)
}

/** Without a scheme it names an image, as `registry.example/plugin:v1`; what is before a colon without a slash is one. */
function checkUrl(url: string, path: string, report: Report): void {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme !== undefined && !SCHEMES.includes(scheme)) {
    const hint = `use ${SCHEMES.join(', ')}: an image of a registry with a port is oci://REGISTRY:PORT/NAME`
    refuse(report, 'bad-url', path, `"${scheme}" is not a scheme for modules`, hint)
  } else if (
    NO_URL.test(url) ||
    !URL.canParse(scheme === undefined ? `http://${url}` : url.replace(/^oci:/i, 'http:'))
  ) {
    refuse(report, 'bad-url', path, `"${url}" is not a URL`)
  }
}

function checkEnv(env: readonly VmEnvVar[], path: string, report: Report): void {
  env.forEach(({ name, valueFrom = 'INLINE', value = '' }, index) => {
    const at = itemPath(path, index)
    if (env.findIndex((other) => other.name === name) < index) {
      refuse(report, 'duplicate', `${at}.name`, `"${name}" is there already`)
    }
    if (valueFrom === 'HOST' && value !== '') {
      refuse(report, 'conflict', `${at}.value`, 'HOST takes the value from the proxy', 'remove value')
    }
  })
}
