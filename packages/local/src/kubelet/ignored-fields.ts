import type { Pod } from '@mizzen/api'

/**
 * What a Pod asks for that a machine without containers can't give, as names of fields. A user is told of them: the
 * application may depend on it.
 */
export function ignoredFields({ spec }: Pod): readonly string[] {
  const containers = [...(spec.initContainers ?? []), ...spec.containers]
  const fields = [
    (spec.volumes ?? []).length > 0 ? 'volumes' : '',
    containers.some((container) => container.lifecycle?.preStop !== undefined) ? 'lifecycle.preStop' : '',
    containers.some((container) => container.lifecycle?.postStart !== undefined) ? 'lifecycle.postStart' : '',
    containers.some((container) => container.resources?.limits !== undefined) ? 'resources.limits' : '',
  ]
  return fields.filter((field) => field !== '')
}
