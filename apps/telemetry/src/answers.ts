import { z } from 'zod';
import { answerOf } from '@countersign/service';

const number = z.number().nullable();
const rate = z.looseObject({ value: number, k: z.int(), n: z.int() });
const counts = [
  'actions',
  'false_positives',
  'false_negatives',
  'unlabelled',
  'expired',
  'escalations',
  'break_glass',
  'exceptions',
] as const;
const rates = ['gate_rate', 'would_gate_rate', 'override_rate', 'sla_miss_rate'] as const;

const Group = z.looseObject({
  key: z.record(z.string(), z.union([z.string(), z.number()]).nullable()),
  ...Object.fromEntries(counts.map((name) => [name, z.int()])),
  ...Object.fromEntries([...rates, 'false_positive_rate', 'false_negative_rate'].map((name) => [name, rate])),
  time_to_approve: z.looseObject({ median_s: number, p95_s: number, n: z.int() }),
  advisory: z.looseObject({ requests: z.int(), answered: z.int(), would_have_denied: rate, agreement: rate }),
});
const Burden = z.looseObject({ reviewer_id: z.string(), day: z.string(), actions: z.int(), minutes: number });

export const METRICS_ANSWER = answerOf(z.looseObject({ groups: z.array(Group), reviewer_burden: z.array(Burden) }));
