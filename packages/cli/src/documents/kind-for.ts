import { type Kind, kindOf, type Resource } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'

/** The kind of an object. Throws MizzenError `unknown-kind`. */
export function kindFor({ apiVersion, kind }: Pick<Resource, 'apiVersion' | 'kind'>): Kind {
  const found = kindOf(apiVersion, kind)
  if (found !== undefined) return found
  throw new MizzenError('unknown-kind', `${apiVersion} ${kind} is not a kind of this mesh`)
}
