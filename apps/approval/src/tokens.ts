/** Names under which the parts of approval are injected. */
export const JUDGE = Symbol('JUDGE');
export const VIEW = Symbol('VIEW');
export const APPROVAL_TOKENS = Symbol('APPROVAL_TOKENS');
export const VOTES = Symbol('VOTES');
export const CUSTODY = Symbol('CUSTODY');
export const BREAK_GLASS = Symbol('BREAK_GLASS');
export const RELEASES = Symbol('RELEASES');
export const EVIDENCE = Symbol('EVIDENCE');
export const PAGE = Symbol('PAGE');
export const QUEUE = Symbol('QUEUE');
export const FEED = Symbol('FEED');
export const BATCHES = Symbol('BATCHES');
export const NOTIFY = Symbol('NOTIFY');
export const ROSTER = Symbol('ROSTER');
export const REDACTION_KEYS = Symbol('REDACTION_KEYS');
/** What the forms of the page call. */
export const CALLS = Symbol('CALLS');
