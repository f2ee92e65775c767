export const root: string
export function run(
  command: string,
  args: readonly string[],
  options?: { cwd?: string; quiet?: boolean; env?: Record<string, string> },
): Promise<{ code: number; output: string }>
