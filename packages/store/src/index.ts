export { InvalidObject } from './admit.ts'
export { createDirectoryStore, type DirectoryStoreOptions } from './directory-store.ts'
export { createMemoryStore, type MemoryStoreOptions } from './memory-store.ts'
export type { Change, Outcome, StatusUpdate, Store } from './store.ts'
