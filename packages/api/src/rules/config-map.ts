import type { TSchema } from 'typebox'
import type { ConfigMap } from '../kinds/kubernetes/config-map.ts'
import { MeshConfig } from '../kinds/mesh/mesh-config.ts'
import { MeshNetworks } from '../kinds/mesh/mesh-networks.ts'
import { MeshProxyConfig } from '../kinds/mesh/proxy-config.ts'
import { checkShape, type Report } from '../schema/check-shape.ts'
import { withDefaults } from '../schema/defaults.ts'
import { dropNulls } from '../schema/drop-nulls.ts'
import type { Of } from '../schema/fields.ts'
import { readYaml } from '../yaml/read-yaml.ts'
import { DEFAULT_LIMITS } from '../yaml/yaml-limits.ts'
import { refuse } from './findings.ts'
import { checkMeshConfig } from './mesh-config.ts'
import { checkMeshNetworks } from './mesh-networks.ts'

/** The mesh's configuration is in the ConfigMap `istio`, of a revision `istio-NAME`: YAML in a field of YAML. */
export function checkConfigMap({ metadata, data = {} }: ConfigMap, report: Report): void {
  if (!/^istio(-[-a-z0-9]+)?$/.test(metadata.name)) return
  checkInner(data.mesh, 'data.mesh', MeshConfig, report, (mesh, own) => {
    const defaultConfig = withDefaults(MeshProxyConfig, mesh.defaultConfig ?? {})
    checkMeshConfig({ ...withDefaults(MeshConfig, mesh), defaultConfig }, own)
  })
  checkInner(data.meshNetworks, 'data.meshNetworks', MeshNetworks, report, (networks, own) => {
    checkMeshNetworks(networks, '', own)
  })
}

/** Problems inside are told of the field around, which is the one that the document has; the inner path is in the text. */
function checkInner<Schema extends TSchema>(
  text: string | undefined,
  path: string,
  schema: Schema,
  report: Report,
  check: (value: Of<Schema>, report: Report) => void,
): void {
  if (text === undefined) return
  const [read] = readYaml(text, DEFAULT_LIMITS)
  if (read === undefined) return
  if ('code' in read) {
    const line = text.slice(0, read.offset).split('\n').length
    refuse(report, read.code, path, `line ${line} inside: ${read.message}`, read.hint)
    return
  }
  let good = true
  const own: Report = (problem) => {
    good &&= problem.severity !== 'error'
    report({ ...problem, path, message: problem.path === '' ? problem.message : `${problem.path}: ${problem.message}` })
  }
  checkShape(read.value ?? {}, schema, '', own)
  if (good) check(dropNulls(read.value ?? {}) as Of<Schema>, own)
}
