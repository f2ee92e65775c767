import type { Browser } from 'playwright'

export interface Measured {
  readonly name: string
  readonly refused?: string
  readonly results: Readonly<Record<string, string>>
  readonly modules: number
  readonly fuel: Readonly<Record<string, string>>
  readonly times: Readonly<Record<string, readonly number[]>>
}
export function measureThirdParty(
  browser: Browser,
  options: {
    readonly rounds: number
    readonly wanted?: readonly string[]
    readonly modes?: readonly string[]
    readonly warm?: number
  },
): Promise<Measured[]>
