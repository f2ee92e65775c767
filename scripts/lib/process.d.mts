export const root: string
export function run(
  command: string,
  args: readonly string[],
  options?: { cwd?: string; quiet?: boolean; env?: Record<string, string>; minutes?: number },
): Promise<{ code: number; output: string }>
