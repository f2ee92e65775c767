export function links(markdown: string): { target: string; line: number }[]
export function anchors(markdown: string): string[]
export function checkLinks(files: readonly string[], folder?: string): { links: number; problems: string[] }
export function markdownFiles(folder?: string): string[]
