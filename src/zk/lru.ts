/** A map that keeps what was used last. */
export class Lru<V> {
  readonly #most: number
  readonly #items = new Map<string, V>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: string, make: () => V): V {
    const found = this.#items.has(key) ? this.#items.get(key)! : make()
    this.#items.delete(key)
    this.#items.set(key, found)
    if (this.#items.size > this.#most) this.#items.delete(this.#items.keys().next().value!)
    return found
  }

  get size(): number {
    return this.#items.size
  }
}
