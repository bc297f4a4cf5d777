export type {
  Change,
  Collection,
  CollectionOptions,
  Index,
  Reader,
  Source,
  Transform,
  TransformMany,
  TransformPair,
} from './collection.ts'
export { Graph, type GraphOptions } from './graph.ts'
export { pairKey } from './product-table.ts'
export { SINGLETON } from './singleton-table.ts'
export { structurallyEqual } from './structural-equality.ts'
