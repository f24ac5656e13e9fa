export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type LogFields = Readonly<Record<string, unknown>>;

/** A constant message plus fields (`action_id`, `topic`, …). Never pass tokens, prompts or raw inputs. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

// An error's own text and place are what an operator needs; its other members may hold requests or credentials.
const plain = (value: unknown): unknown =>
  value instanceof Error
    ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause && plain(value.cause) }
    : value;

/** One JSON object a line on stderr; stdout stays free for the command line's own output. */
export function createLogger(service: string, level: LogLevel = 'info', write = toStderr): Logger {
  const at = (lineLevel: LogLevel) => {
    if (LEVELS.indexOf(lineLevel) < LEVELS.indexOf(level)) return () => undefined;
    return (message: string, fields: LogFields = {}): void => {
      const facts = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]));
      write(`${JSON.stringify({ time: new Date().toISOString(), level: lineLevel, service, message, ...facts })}\n`);
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

const toStderr = (line: string): void => {
  process.stderr.write(line);
};
