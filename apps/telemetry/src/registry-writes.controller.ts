import { Controller, Delete, Put, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Access } from '@countersign/service';
import { readOnly, RegistryFilter } from './registry-fault.js';

/** What would change a registry. This one is read only, and says so in the words that its clients look at; as no operations they are in no document. */
@ApiExcludeController()
@Controller()
@Access('anybody')
@UseFilters(RegistryFilter)
export class RegistryWritesController {
  @Put(['config', 'config/:subject', 'mode', 'mode/:subject'])
  put(): never {
    throw readOnly();
  }

  @Delete(['config', 'config/:subject', 'mode/:subject', 'subjects/:subject', 'subjects/:subject/versions/:version'])
  remove(): never {
    throw readOnly();
  }
}
