export function serve(
  mounts: Record<string, string>,
  extra?: Record<string, string>,
): Promise<{ origin: string; port: number; close: () => Promise<void> }>
