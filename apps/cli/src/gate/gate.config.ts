/** What a pipeline tells the gate; null where it says nothing. */
export interface GateSurroundings {
  /** Where Countersign is, and as whom to speak; null: the local system. */
  system: { intakeUrl: string; approvalUrls: string[]; apiKey: string; tenant: string } | null;
  /** Names of the variables of `system` that are missing while others of it are set. */
  incomplete: string[];
  runId: string | null;
  runUrl: string | null;
  repository: string | null;
}

const SYSTEM = ['COUNTERSIGN_INTAKE_URL', 'COUNTERSIGN_APPROVAL_URLS', 'COUNTERSIGN_API_KEY', 'COUNTERSIGN_TENANT'];

/**
 * `COUNTERSIGN_INTAKE_URL`, `COUNTERSIGN_APPROVAL_URLS` (comma list), `COUNTERSIGN_API_KEY` and `COUNTERSIGN_TENANT` name
 * the system; all four or none. The run is `COUNTERSIGN_RUN_ID`, or what GitHub Actions and GitLab CI say by themselves.
 */
export function loadGateSurroundings(env: NodeJS.ProcessEnv): GateSurroundings {
  const [intakeUrl = '', approval = '', apiKey = '', tenant = ''] = SYSTEM.map((name) => env[name]);
  const missing = SYSTEM.filter((name) => !env[name]);
  const approvalUrls = approval.split(',').filter((url) => url !== '');
  const repository = env['GITHUB_REPOSITORY'] ?? env['CI_PROJECT_PATH'] ?? null;
  const github = env['GITHUB_RUN_ID'];
  const githubRun =
    github && `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${repository}/actions/runs/${github}`;
  return {
    system: missing.length > 0 ? null : { intakeUrl, approvalUrls, apiKey, tenant },
    incomplete: missing.length < SYSTEM.length ? missing : [],
    runId: env['COUNTERSIGN_RUN_ID'] ?? github ?? env['CI_PIPELINE_ID'] ?? null,
    runUrl: githubRun ?? env['CI_PIPELINE_URL'] ?? null,
    repository,
  };
}
