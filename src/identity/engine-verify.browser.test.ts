import { engineVerifySuite } from './engine-verify.suite.ts'

engineVerifySuite()
