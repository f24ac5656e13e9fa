import { policyFolders } from './ready-policies.js';

const folders = policyFolders();
const policies = folders.flatMap((folder) => folder.policies);

describe('the matrix of every ready policy', () => {
  it.each(policies.map((policy) => [policy.name, policy] as const))(
    '%s says something of all 18 cells',
    (_name, { types }) => {
      for (const { cells } of types.values()) {
        if (cells === null) continue;
        expect(cells).toHaveLength(18);
        expect(cells.filter(({ approval }) => approval === 'undefined')).toEqual([]);
      }
    },
  );

  // Impact, reversibility, regulatory pressure, approval; and the actions that stand for the row.
  it.each([
    ['high', 'low', 'high', 'yes', ['wire_transfer', 'refund']],
    ['high', 'high', 'medium', 'yes', ['blog_post', 'product_release']],
    ['medium', 'high', 'low', 'maybe', ['email_campaign']],
    ['low', 'high', 'low', 'no', ['doc_formatting', 'telemetry_tagging']],
    ['low', 'low', 'low', 'no', ['log_enrichment']],
  ])('has a case for the published row %s, %s, %s: %s', (...row) => {
    const [impact, reversibility, regulatory_pressure, cell, types] = row;
    const cases = folders.flatMap(({ tables }) => tables.flatMap((table) => table.cases));
    const wanted = { impact, reversibility, regulatory_pressure, cell };
    const found = cases.filter(({ want }) =>
      Object.entries(wanted).every(([field, level]) => want[field as 'cell'] === level),
    );
    expect(found.map(({ action }) => action.action_type)).toEqual(expect.arrayContaining(types));
    const verdicts = new Set(found.map(({ want }) => want.decision));
    if (cell !== 'maybe') expect([...verdicts]).toEqual([cell === 'yes' ? 'require_approval' : 'allow']);
    else expect([...verdicts].sort()).toEqual(['allow', 'require_approval']);
  });
});
