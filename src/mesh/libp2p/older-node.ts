/** js-libp2p is written for ES2024; Node 20 has not got all of it. Nothing is touched where it is there. */
export function provideWithResolvers(): void {
  const promise = Promise as { withResolvers?: unknown }
  promise.withResolvers ??= function withResolvers<T>(this: PromiseConstructor) {
    let resolve!: (value: T | PromiseLike<T>) => void
    let reject!: (reason?: unknown) => void
    const promise = new this<T>((yes, no) => {
      resolve = yes
      reject = no
    })
    return { promise, resolve, reject }
  }
}
