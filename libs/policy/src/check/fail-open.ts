import type { CompiledPolicy } from '../compiled.js';
import type { Finding } from './finding.js';

const PRODUCTION = 'production';

function shareInWords({ rollout }: CompiledPolicy, mode: string): string {
  return mode === 'partial' && rollout.share !== null ? `partial with a share of ${rollout.share} %` : mode;
}

const warning = (message: string, ...path: string[]): Finding => ({
  code: 'fail_open',
  severity: 'warning',
  message,
  path,
});

const modeOf = ({ environments, rollout, mode }: CompiledPolicy): string =>
  environments.get(PRODUCTION)?.mode ?? rollout.mode ?? mode;

function modeFindings(policy: CompiledPolicy): Finding[] {
  const own = policy.environments.get(PRODUCTION);
  const mode = modeOf(policy);
  if (mode === 'enforce') return [];
  const path = own === undefined ? [policy.rollout.mode === null ? 'mode' : 'rollout'] : ['environments', PRODUCTION];
  return [
    warning(`in production the mode is ${shareInWords(policy, mode)}: actions run that no person approved`, ...path),
  ];
}

function agentFindings({ rollout }: CompiledPolicy): Finding[] {
  const loose = [...rollout.agents].filter(([, mode]) => mode !== 'enforce');
  return loose.map(([agent, mode]) =>
    warning(
      `for agent \`${agent}\` the mode is ${mode}: its actions run that no person approved`,
      'rollout',
      'agents',
      agent,
    ),
  );
}

/** Segments speak in a partial rollout only. */
function segmentFindings(policy: CompiledPolicy): Finding[] {
  if (modeOf(policy) !== 'partial') return [];
  const segments = new Map(
    [...policy.types.values()].flatMap(({ segments: all }) => all).map((one) => [one.name, one]),
  );
  const loose = [...segments.values()].filter(({ mode }) => mode !== 'enforce');
  return loose.map(({ name, mode }) =>
    warning(
      `in segment \`${name}\` the mode is ${mode}: actions run that no person approved`,
      'rollout',
      'segments',
      name,
    ),
  );
}

function bypassFindings({ environments }: CompiledPolicy): Finding[] {
  return [...environments].flatMap(([name, { bypass }]) =>
    bypass
      ? [
          {
            ...warning(`${name} bypasses every gate; a denial still holds`, 'environments', name),
            severity: 'info' as const,
          },
        ]
      : [],
  );
}

/** Settings with which actions run although the rules ask for a person. Production cannot bypass: that is refused at load. */
export const failOpen = (policy: CompiledPolicy): Finding[] => [
  ...modeFindings(policy),
  ...agentFindings(policy),
  ...segmentFindings(policy),
  ...bypassFindings(policy),
];
