export function serve(
  mounts: Record<string, string>,
  extra?: Record<string, string>,
  onReport?: (body: string) => void,
): Promise<{ origin: string; port: number; close: () => Promise<void> }>
export function buildHarness(): Promise<string>
