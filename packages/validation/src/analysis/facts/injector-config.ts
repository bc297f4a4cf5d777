import { type Fields, fields, text } from '../loose.ts'
import type { Derived } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'

const NAME = 'istio-sidecar-injector'

/** The ConfigMap of the injector of a revision. */
export function injectorName(revision: string): string {
  return revision === '' || revision === 'default' ? NAME : `${NAME}-${revision}`
}

/** The installation's values that each injector has, by the name of its ConfigMap. */
export const injectorValues: Derived<ReadonlyMap<string, Fields>> = {
  build(mesh) {
    const configs = mesh.all('ConfigMap').filter(({ name }) => name.startsWith(NAME))
    return new Map(configs.map((config) => [config.name, valuesOf(config)]))
  },
}

function valuesOf({ body }: Subject): Fields {
  try {
    return fields(JSON.parse(text(fields(body.data).values) || '{}'))
  } catch {
    return {}
  }
}
