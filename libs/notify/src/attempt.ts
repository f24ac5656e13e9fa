export type ErrorClass =
  | 'dns'
  | 'forbidden_address'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'redirect'
  | 'gone'
  | 'status'
  | 'smtp'
  | 'no_mail_server'
  | 'held_too_long';

/** What came of one attempt. Texts of faults are left out: they may hold addresses, and addresses may hold secrets. */
export interface Attempt {
  readonly delivered: boolean;
  /** HTTP or SMTP status; null without an answer. */
  readonly status: number | null;
  readonly error_class: ErrorClass | null;
}

export const failed = (error_class: ErrorClass, status: number | null = null): Attempt => ({
  delivered: false,
  status,
  error_class,
});

export const delivered = (status: number): Attempt => ({ delivered: true, status, error_class: null });

const TLS = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|ERR_OSSL|EPROTO)/;
const TIMEOUT = /TIMEOUT|TIMEDOUT|ABORT/i;

/** The class of a fault by its code, also when it is wrapped. */
export function classOf(fault: unknown, otherwise: ErrorClass = 'connect'): ErrorClass {
  const { code, name, cause } = (fault ?? {}) as { code?: unknown; name?: unknown; cause?: unknown };
  const marks = [code, name].filter((mark) => typeof mark === 'string');
  if (marks.some((mark) => TLS.test(mark))) return 'tls';
  if (marks.some((mark) => TIMEOUT.test(mark))) return 'timeout';
  return cause === undefined ? otherwise : classOf(cause, otherwise);
}
