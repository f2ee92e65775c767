import { expect, it } from 'vitest'
import { Filter } from './filter.ts'
import { FilterBuilder } from './filter-builder.ts'

it('never denies a key it was given, and rarely owns to one it was not', () => {
  const filter = FilterBuilder.forKeys(3, 5000)
  for (let i = 0; i < 5000; i++) filter.add(`block\u0000bafy${i * 7}`)
  const again = Filter.decode(3, filter.encode())
  let wrong = 0
  for (let i = 0; i < 5000; i++) {
    expect(again.mayHold(`block\u0000bafy${i * 7}`)).toBe(true)
    if (again.mayHold(`block\u0000bafk${i}`)) wrong++
  }
  expect(wrong).toBeLessThan(150)
})

it('is refused for another run', () => {
  expect(() => Filter.decode(4, FilterBuilder.forKeys(3, 1).encode())).toThrow('belongs to run 3')
})
