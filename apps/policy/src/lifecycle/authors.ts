import { role } from '@countersign/service';
import type { Admitted } from '@countersign/service';

/** Who writes versions and moves them, and who writes the reports that speak for one. */
export const AUTHORS: readonly Admitted[] = [role('policy-author'), role('risk-owner')];
