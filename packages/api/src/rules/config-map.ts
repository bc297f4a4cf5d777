import type { TSchema } from 'typebox'
import { checkWithRules } from '../check-with-rules.ts'
import type { ConfigMap } from '../kinds/kubernetes/config-map.ts'
import { MeshConfig } from '../kinds/mesh/mesh-config.ts'
import { MeshNetworks } from '../kinds/mesh/mesh-networks.ts'
import { MeshProxyConfig } from '../kinds/mesh/proxy-config.ts'
import type { Report } from '../schema/check-shape.ts'
import { withDefaults } from '../schema/defaults.ts'
import { dropNulls } from '../schema/drop-nulls.ts'
import { pathSteps } from '../schema/field-path.ts'
import type { Of } from '../schema/fields.ts'
import { shapeOf } from '../schema/shape.ts'
import { SUPPORTED_MESH_CONFIG, unsupportedParts } from '../supported.ts'
import { readYaml } from '../yaml/read-yaml.ts'
import { DEFAULT_LIMITS } from '../yaml/yaml-limits.ts'
import { checkMeshConfig } from './mesh-config.ts'
import { checkMeshNetworks } from './mesh-networks.ts'

/** The mesh's configuration is in the ConfigMap `istio`, of a revision `istio-NAME`: YAML in a field of YAML. */
export function checkConfigMap({ metadata, data = {} }: ConfigMap, report: Report): void {
  if (!/^istio(-[-a-z0-9]+)?$/.test(metadata.name)) return
  checkInner(data.mesh, 'data.mesh', MeshConfig, SUPPORTED_MESH_CONFIG, report, (mesh, own) => {
    const defaultConfig = withDefaults(MeshProxyConfig, mesh.defaultConfig ?? {})
    checkMeshConfig({ ...withDefaults(MeshConfig, mesh), defaultConfig }, own)
  })
  checkInner(data.meshNetworks, 'data.meshNetworks', MeshNetworks, [], report, (networks, own) => {
    checkMeshNetworks(networks, '', own)
  })
}

/** Problems inside are told of the field around, which is the one that the document has; the inner path is in the text. */
function checkInner<Schema extends TSchema>(
  text: string | undefined,
  path: string,
  schema: Schema,
  supported: readonly string[],
  report: Report,
  rules: (value: Of<Schema>, report: Report) => void,
): void {
  if (text === undefined) return
  const [read] = readYaml(text, DEFAULT_LIMITS)
  if (read === undefined) return
  if ('code' in read) {
    const { code, message, hint, offset } = read
    report({ severity: 'error', code, path, message, hint, offset })
    return
  }
  const { value, offsets } = read
  const own: Report = (problem) => {
    const message = problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`
    report({ ...problem, path, message, offset: offsets.find(pathSteps(problem.path)) })
  }
  const given = value ?? {}
  checkWithRules(given, schema, own, (good, report) => {
    const whole = dropNulls(good) as Of<Schema>
    rules(whole, report)
    if (good !== given) return
    for (const problem of unsupportedParts(whole, shapeOf(schema), '', supported)) report(problem)
  })
}
