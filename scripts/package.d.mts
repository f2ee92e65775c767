/** A project outside of this repository, a copy of e2e/consumers/`from`, with the packed package installed. */
export function foreignProject(from: string, tools?: readonly string[]): { folder: string; tarball: string }
