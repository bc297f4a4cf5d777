import type { Collection, Graph, Reader } from '@mizzen/collections'
import type { XdsResource } from '@mizzen/xds'
import type { Tables } from '../ingest/tables.ts'
import { type Notice, secretNotice } from '../model/notices.ts'
import type { ProxyPlan } from '../model/proxy-plan.ts'
import type { SecretPlan } from '../model/secret-plan.ts'
import { certificateProblem, rootsProblem, type TlsSecret } from '../model/tls-secret.ts'
import { sameResource } from '../translate/resource.ts'
import { secretResource } from '../translate/secret.ts'

/**
 * The secrets that gateways may ask for, by the key of their plan. One that cannot be used leaves the last good one; a Secret
 * that goes takes its secret along.
 */
export function secretResources(graph: Graph, tables: Tables, plans: Collection<SecretPlan>): Collection<XdsResource> {
  return graph.derive<SecretPlan, XdsResource>(
    'secrets',
    plans,
    (plan, reader, _key, previous) => {
      const found = chosenSecret(plan, reader, tables)
      if (found === undefined) return undefined
      return problemOf(plan, found) === undefined ? secretResource(plan, found) : previous
    },
    { equals: sameResource },
  )
}

/** What is wrong with Secrets that some gateway needs, by their key. */
export function secretNoticeCollection(
  graph: Graph,
  tables: Tables,
  proxies: Collection<ProxyPlan>,
): Collection<readonly Notice[]> {
  return graph.deriveMany('notices/secrets', proxies, ({ secrets }, reader) =>
    secrets.flatMap((plan) => {
      const found = chosenSecret(plan, reader, tables)
      const problem = found && problemOf(plan, found)
      if (found === undefined || problem === undefined) return []
      return [[found.origin, [secretNotice(found.origin, problem)]] as const]
    }),
  )
}

/** The first of the candidates that has what is asked for. */
function chosenSecret({ candidates, namespace, content }: SecretPlan, reader: Reader, tables: Tables) {
  return candidates
    .map((name) => reader.get(tables.Secret, `Secret/${namespace}/${name}`))
    .find((secret) => secret !== undefined && (content === 'certificate' || secret.material.roots !== ''))
}

function problemOf({ content }: SecretPlan, { material }: TlsSecret): string | undefined {
  return content === 'certificate' ? certificateProblem(material) : rootsProblem(material)
}
