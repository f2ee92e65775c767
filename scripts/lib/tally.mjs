// Adds up what every stage of the test run found. A stage that throws counts as one failure, never as silence.

/** @typedef {{ passed: number, failed: number }} Count */

export class Tally {
  passed = 0
  failed = 0
  /** @type {string[]} */
  failures = []

  /**
   * One check that passes by returning and fails by throwing.
   * @param {string} name
   * @param {() => unknown} body a returned string is printed behind the name
   */
  async check(name, body) {
    const started = performance.now()
    try {
      const note = await body()
      this.passed += 1
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`  ✓ ${name}${typeof note === 'string' ? ` (${note})` : ''} ${seconds} s`)
      return true
    } catch (error) {
      this.#fail(name, error)
      return false
    }
  }

  /**
   * A stage that counts its own tests.
   * @param {string} name
   * @param {() => Promise<Count>} body
   */
  async stage(name, body) {
    try {
      const { passed, failed } = await body()
      this.passed += passed
      this.failed += failed
      if (failed > 0) this.failures.push(`${name}: ${failed} failed`)
      console.log(`  ${failed === 0 ? '✓' : '✗'} ${name}: ${passed} passed, ${failed} failed`)
    } catch (error) {
      this.#fail(name, error)
    }
  }

  #fail(name, error) {
    this.failed += 1
    this.failures.push(name)
    console.log(`  ✗ ${name}\n${indent(error instanceof Error ? error.message : String(error))}`)
  }
}

const indent = (text) => text.replace(/^/gm, '    ')
