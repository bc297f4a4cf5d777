import { join } from 'node:path'
import { createDirectoryStore, createMemoryStore } from '../src/index.ts'
import { storeConformance } from './conformance.ts'
import { temporaryDirectory } from './temporary-directory.ts'

storeConformance('memory', async () => {
  const store = createMemoryStore()
  return { store, end: () => store.close() }
})

for (const writes of ['overlay', 'runtime'] as const) {
  storeConformance(`a directory that writes its ${writes} layer`, async () => {
    const directory = await temporaryDirectory()
    const store = await createDirectoryStore({
      directories: [directory.path],
      [writes]: join(directory.path, '.state'),
      writes,
    })
    const end = async () => {
      await store.close()
      await directory.remove()
    }
    return { store, end }
  })
}
