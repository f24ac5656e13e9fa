/** The OpenAPI documents of the four services, from their built controllers; nothing is started. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..');
const load = (path) => import(pathToFileURL(join(root, path)).href);

/** Modules and what `of` looks at; in preview mode nothing is instantiated. */
const SERVICES = {
  intake: ['apps/intake/dist/intake.module.js', 'IntakeModule'],
  policy: ['apps/policy/dist/policy.module.js', 'PolicyModule'],
  approval: ['apps/approval/dist/approval.module.js', 'ApprovalModule'],
  telemetry: ['apps/telemetry/dist/telemetry.module.js', 'TelemetryModule'],
};
const PARTS = { page: null };

/** @returns {Promise<Record<string, object>>} documents by service */
export async function openapiDocuments() {
  const { describeService } = await load('libs/service/dist/index.js');
  const documents = {};
  for (const [service, [path, name]] of Object.entries(SERVICES)) {
    const { [name]: module } = await load(path);
    documents[service] = await describeService(module.of(PARTS), service);
  }
  return documents;
}
