import { javaMajor } from './prerequisites.js';
import { portsOf } from './ports.js';

it.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_402"', 8],
  ['openjdk version "21" 2023-09-19', 21],
  ['something else', null],
])('reads the major version of %s', (text, major) => {
  expect(javaMajor(text)).toBe(major);
});

it('lays the ports out as API.md says', () => {
  expect(portsOf(7400, 3)).toEqual({
    intake: 7400,
    policy: 7401,
    approval: [7402, 7412, 7422],
    telemetry: 7403,
    issuer: 7404,
    kafka: 7492,
    kafkaController: 7493,
    clickhouse: 7423,
  });
});

it.each([
  [80, 1],
  [65_500, 1],
  [7400.5, 1],
  [7400, 0],
  [7400, 10],
])('refuses port base %p with %p instances', (base, instances) => {
  expect(() => portsOf(base, instances)).toThrow(/must be a whole number/);
});
