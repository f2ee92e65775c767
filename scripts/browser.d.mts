export interface FoundBrowser {
  readonly executablePath: string
  readonly launchOptions: { readonly executablePath: string; readonly args: string[] }
}
/** @throws Error when none is found; the message names the ways to get one */
export function findChromium(): FoundBrowser
export function ensureChromium(): FoundBrowser
