import { randomSuite } from './random.suite.ts'

randomSuite(3)
