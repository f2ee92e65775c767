/** Upstream announces no delegations: a topic of ours, with its version. */
export const DELEGATION_TOPIC = 'icn-runtime-web/delegation/1'
