import type { TrafficExtension } from '../kinds/extensions/traffic-extension.ts'
import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'
import { checkSelection } from './policy-selection.ts'
import { checkTraffic, checkWasm } from './wasm.ts'

/** Bytes; as Istio's. */
const MAX_LUA = 65_536

export function checkTrafficExtension({ spec }: TrafficExtension, report: Report): void {
  checkSelection(spec, report)
  checkTraffic(spec.match ?? [], report)
  const { wasm, lua } = spec
  if (wasm === undefined && lua === undefined) {
    refuse(report, 'missing-field', 'spec', 'needs wasm or lua', 'say what the extension is')
  }
  if (wasm !== undefined) checkWasm(wasm, 'spec.wasm', report)
  if (lua === undefined) return
  const path = 'spec.lua.inlineCode'
  const { inlineCode = '' } = lua
  if (inlineCode === '') refuse(report, 'empty', path, 'must not be empty')
  else if (Buffer.byteLength(inlineCode) > MAX_LUA) refuse(report, 'too-long', path, 'longer than 64 KiB')
}
