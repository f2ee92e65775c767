/** A map that can be walked in key order. New keys wait unsorted until somebody walks, so writing stays cheap. */
export class SortedMap<Value> {
  readonly #values = new Map<string, Value>()
  #sorted: string[] = []
  #fresh: string[] = []

  get size(): number {
    return this.#values.size
  }

  get(key: string): Value | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: Value): void {
    if (!this.#values.has(key)) this.#fresh.push(key)
    this.#values.set(key, value)
  }

  entries(): IterableIterator<[string, Value]> {
    return this.#values.entries()
  }

  clear(): void {
    this.#values.clear()
    this.#sorted = []
    this.#fresh = []
  }

  /** Keeps what `keep` says yes to. */
  retain(keep: (value: Value) => boolean): void {
    for (const [key, value] of this.#values) if (!keep(value)) this.#values.delete(key)
    this.#sorted = this.#sorted.filter((key) => this.#values.has(key))
    this.#fresh = this.#fresh.filter((key) => this.#values.has(key))
  }

  /** Keys in UTF-16 code unit order. The array is the map's own. */
  keys(): readonly string[] {
    if (this.#fresh.length > 0) {
      this.#fresh.sort(compare)
      this.#sorted = this.#sorted.length === 0 ? this.#fresh : mergeSorted(this.#sorted, this.#fresh)
      this.#fresh = []
    }
    return this.#sorted
  }

  /** Index in `keys()` of the first key that is not below `key`. */
  seek(key: string): number {
    return lowerBound(this.keys(), key)
  }
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}

function mergeSorted(a: readonly string[], b: readonly string[]): string[] {
  // A few new keys in a long list are the usual case: moving the tail once per key beats walking the whole list.
  if (b.length * 16 < a.length) {
    const merged = a.slice()
    for (const key of b) merged.splice(lowerBound(merged, key), 0, key)
    return merged
  }
  const merged: string[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) merged.push(a[i]! < b[j]! ? a[i++]! : b[j++]!)
  while (i < a.length) merged.push(a[i++]!)
  while (j < b.length) merged.push(b[j++]!)
  return merged
}
