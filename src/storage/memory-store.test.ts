import { MemoryDatabase, openMemoryStore } from './memory-store.ts'
import { stateSuite } from './state.suite.ts'
import { type StoreVariant, storeSuite } from './store.suite.ts'

const databases = new Map<string, MemoryDatabase>()

const memory: StoreVariant = {
  name: 'memory',
  async open(name) {
    const database = databases.get(name) ?? new MemoryDatabase(name)
    databases.set(name, database)
    return openMemoryStore(database)
  },
}

storeSuite(memory)
stateSuite(memory)
