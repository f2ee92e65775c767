import { openIndexedDbStore } from './indexeddb-store.ts'
import { stateSuite } from './state.suite.ts'
import { type StoreVariant, storeSuite } from './store.suite.ts'

const indexedDb: StoreVariant = { name: 'IndexedDB', open: (name) => openIndexedDbStore(name) }

storeSuite(indexedDb)
stateSuite(indexedDb)
