import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS } from '@countersign/canonical';
import { ACCESS_EXTENSION } from './edge/access.js';
import { INTERNAL_HEADER } from './internal-header.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = Operation['responses'];

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
const PROBLEM = { $ref: '#/components/responses/Problem' };

/** RFC 9457, with the members that API clients may rely on. */
const PROBLEM_RESPONSE = {
  description: 'What is wrong and what to do.',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['type', 'title', 'status', 'detail'],
        properties: {
          type: { type: 'string', enum: Object.keys(PROBLEMS).map((code) => `urn:countersign:problem:${code}`) },
          title: { type: 'string' },
          status: { type: 'integer', minimum: 400, maximum: 599 },
          detail: { type: 'string', description: 'The remedy.' },
          pointer: { type: 'string', description: 'RFC 6901 pointer to the member at fault.' },
          retry_after: { type: 'number', description: 'Seconds after which a retry helps.' },
          reason: { type: 'string' },
        },
      },
    },
  },
};

/**
 * The OpenAPI document of a service: what the controllers say, and for every operation its id, who may call it and how
 * it refuses.
 */
export function openapiDocument(app: INestApplication, name: string): OpenAPIObject {
  const about = 'Times are RFC 3339 UTC; money is `{"value": "6000.00", "currency": "USD"}`.';
  const info = new DocumentBuilder()
    .setTitle(`Countersign ${name}`)
    .setDescription(about)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key, or a person’s access token.' })
    .addApiKey({ type: 'apiKey', in: 'header', name: INTERNAL_HEADER, description: 'Services only.' }, 'internal')
    .build();
  const made = SwaggerModule.createDocument(app, info, { operationIdFactory: operationId });
  for (const [path, item] of Object.entries(made.paths))
    for (const method of METHODS) if (item[method]) complete(path, item[method]);
  return { ...made, components: { ...made.components, responses: { Problem: PROBLEM_RESPONSE } } };
}

/** `ActionsController.read` is `actions_read`. */
const operationId = (controller: string, method: string): string =>
  `${controller.replace(/Controller$/, '').replace(/^./, (first) => first.toLowerCase())}_${method}`;

function complete(path: string, operation: Operation): void {
  const access = (operation as unknown as Record<string, readonly string[]>)[ACCESS_EXTENSION] ?? [];
  const [isOpen, isInternal] = [access.includes('anybody'), access.includes('service')];
  operation.security = isOpen ? [] : [isInternal ? { internal: [] } : { bearer: [] }];
  const statuses = [...(isOpen || isInternal ? [] : [401, 403, 429]), ...statusesOf(path, operation)];
  const problems: Responses = {};
  for (const status of [...statuses, 500, 503]) problems[status] = PROBLEM;
  operation.responses = { ...problems, ...described(operation.responses) };
}

const statusesOf = (path: string, { requestBody }: Operation): number[] => [
  ...(path.includes('{') || path.startsWith('/internal/') ? [404] : []),
  ...(requestBody === undefined ? [] : [400, 409, 413, 415]),
  422,
];

/** A response needs a description (OpenAPI 3.0.3, 4.7.17). */
const described = (responses: Responses): Responses =>
  Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [
      status,
      response !== undefined && 'description' in response && response.description === ''
        ? { ...response, description: 'As asked.' }
        : response,
    ]),
  ) as Responses;
