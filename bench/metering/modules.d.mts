/** Larger modules out of packages, read from node_modules. */
export function modules(): Promise<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[]>
