// Medians, ratios and the table they are printed in.
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
export const geomean = (values) =>
  Math.exp(values.reduce((sum, one) => sum + Math.log(one), 0) / values.length)

/** The median over rounds of each round's own ratio: what disturbs a round disturbs both sides of it. */
export const ratio = (times, base) => median(times.map((one, i) => one / base[i]))

/** Best against best: what is left when a busy machine spoils most rounds. */
export const least = (times, base) => Math.min(...times) / Math.min(...base)

/** @param higherIsBetter columns whose worst is their least */
export function printTable(rows, columns, higherIsBetter = []) {
  const width = Math.max(...rows.map(({ name }) => name.length), 8)
  const cell = (value) => (value === undefined ? '–' : value.toFixed(3)).padStart(12)
  console.log(`${''.padEnd(width)}${columns.map((name) => name.padStart(12)).join('')}`)
  for (const { name, ratios } of rows)
    console.log(`${name.padEnd(width)}${columns.map((column) => cell(ratios[column])).join('')}`)
  const of = (column) => rows.map(({ ratios }) => ratios[column]).filter((one) => one !== undefined)
  for (const [name, reduce] of [
    ['geomean', geomean],
    ['worst', (values, column) => (higherIsBetter.includes(column) ? Math.min : Math.max)(...values)],
  ])
    console.log(
      `${name.padEnd(width)}${columns.map((column) => cell(of(column).length ? reduce(of(column), column) : undefined)).join('')}`,
    )
}
export const summary = (rows, columns) =>
  Object.fromEntries(
    columns.map((column) => {
      const values = rows.map(({ ratios }) => ratios[column]).filter((one) => one !== undefined)
      const worst = values.length ? Math.max(...values) : undefined
      return [
        column,
        {
          geomean: values.length ? geomean(values) : null,
          worst: worst ?? null,
          worstOf: rows.find(({ ratios }) => ratios[column] === worst)?.name ?? null,
          count: values.length,
        },
      ]
    }),
  )
