import type { TSchema } from 'typebox'
import { kindId, type Resource } from '../resource.ts'
import { anything, message, text } from '../schema/fields.ts'
import { ObjectMetaSchema } from './object-meta.ts'

/** What Mizzen knows about a kind of object. */
export interface Kind {
  readonly kind: string
  /** What stores, keys of objects and `KindTypes` call it: `kind`, or `kind.group` where another group owns that name. */
  readonly id: string
  /** '' for the core group. */
  readonly group: string
  /** All that are accepted; the first is the one that `normalise` writes. */
  readonly versions: readonly string[]
  /** As in URLs of the Kubernetes API. */
  readonly plural: string
  readonly singular: string
  /** What people type: `vs`, `svc`. */
  readonly shortNames: readonly string[]
  readonly namespaced: boolean
  /** Of the whole document. */
  readonly schema: TSchema
}

/** An object of a kind that has a spec. */
export interface Typed<Spec, Status = unknown> extends Resource<Spec, Status> {
  readonly spec: Spec
}

/** `group/version`, or the version alone in the core group. */
export function apiVersionOf(kind: Kind, version: string | undefined = kind.versions[0]): string {
  return kind.group === '' ? String(version) : `${kind.group}/${version}`
}

export interface KindOptions extends Omit<Kind, 'schema' | 'singular' | 'id'> {
  /** The fields beside `metadata`: `spec`, or those of kinds without one. */
  readonly required?: Record<string, TSchema>
  readonly optional?: Record<string, TSchema>
}

/** Every kind has `apiVersion`, `kind`, `metadata` and, unless it says otherwise, a `status` that nobody checks. */
export function defineKind({ required = {}, optional = {}, ...facts }: KindOptions): Kind {
  const schema = message(
    { apiVersion: text, kind: text, metadata: ObjectMetaSchema, ...required },
    { status: anything, ...optional },
  )
  return { ...facts, id: kindId(facts.group, facts.kind), singular: facts.kind.toLowerCase(), schema }
}
