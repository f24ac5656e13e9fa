import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

export const REGISTRY_TYPE = 'application/vnd.schemaregistry.v1+json';

/** An answer in the words of a Confluent registry, whose clients look at `error_code` alone. */
export class RegistryFault extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export const noSubject = (): RegistryFault => new RegistryFault(40401, 'Subject not found.');
export const noVersion = (): RegistryFault => new RegistryFault(40402, 'Version not found.');
export const noSchema = (): RegistryFault => new RegistryFault(40403, 'Schema not found.');
export const noAvro = (): RegistryFault =>
  new RegistryFault(42201, 'Invalid schema: send {"schema": "<the Avro schema as JSON text>"}.');
export const readOnly = (): RegistryFault =>
  new RegistryFault(42205, 'This registry is read only: its schemas are committed with the service.');

/** The status is in the first three digits of the code. */
@Catch(RegistryFault)
export class RegistryFilter implements ExceptionFilter {
  catch({ code, message }: RegistryFault, host: ArgumentsHost): void {
    const body = Buffer.from(JSON.stringify({ error_code: code, message }));
    void host
      .switchToHttp()
      .getResponse<FastifyReply>()
      .code(Math.floor(code / 100))
      .header('content-type', REGISTRY_TYPE)
      .send(body);
  }
}
