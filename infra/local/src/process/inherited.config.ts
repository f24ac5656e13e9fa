/** What every child gets of our own environment; the rest it is told by name. */
export const inheritedEnv = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  JAVA_HOME: process.env['JAVA_HOME'],
  NODE_ENV: process.env['NODE_ENV'],
  TZ: 'UTC',
});

/** True where nobody may sign in without a real identity provider. */
export const isProduction = (): boolean => process.env['NODE_ENV'] === 'production';
