import { Controller, Get, Inject } from '@nestjs/common';
import { Access, Person } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import { REACH } from '../tokens.js';
import type { Unreachable } from './reach.js';
import type { ReachWatch } from './reach-watch.js';

/** Which gates of the active policies nobody on the roster can open. */
@Controller('v1/policies/reach')
@Access('person')
export class ReachController {
  constructor(@Inject(REACH) private readonly reach: ReachWatch | null) {}

  @Get()
  async read(@Person() { tenant }: Reviewer): Promise<{ unreachable: Unreachable[] }> {
    return { unreachable: this.reach?.of(tenant) ?? [] };
  }
}
