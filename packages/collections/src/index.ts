export type {
  Change,
  Collection,
  CollectionOptions,
  Index,
  Reader,
  Source,
  Transform,
  TransformMany,
} from './collection.ts'
export { Graph, type GraphOptions } from './graph.ts'
export { structurallyEqual } from './structural-equality.ts'
