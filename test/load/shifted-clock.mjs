/**
 * Preloaded into the services of the timer test (`NODE_OPTIONS`): the instances named in COUNTERSIGN_TEST_CLOCKS, a JSON
 * object of milliseconds by INSTANCE_ID, have that much another time of day, everywhere in their process.
 */
const { COUNTERSIGN_TEST_CLOCKS: clocks = '{}', INSTANCE_ID: instance = '' } = process.env;
const aheadMs = JSON.parse(clocks)[instance] ?? 0;

if (aheadMs !== 0) {
  const now = Date.now.bind(Date);
  const shifted = () => now() + aheadMs;
  globalThis.Date = new Proxy(Date, {
    construct: (real, args, target) => Reflect.construct(real, args.length === 0 ? [shifted()] : args, target),
    get: (real, name, proxy) => (name === 'now' ? shifted : Reflect.get(real, name, proxy)),
  });
  Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + aheadMs });
}
