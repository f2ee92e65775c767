/**
 * Number of what the rewriter makes: raised with every change of its output, so that metered bytes kept from an earlier
 * build are not used by a later one. version.test.ts fails when the output changes and this does not.
 */
export const REWRITER_VERSION = 4
