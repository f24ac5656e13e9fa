import type { Proposal } from '@countersign/sdk';
import type { Account, Ballot, Clients, Document } from './clients.js';
import { proposalOf, withAmount } from './kinds.js';

/** Who is there, and what they do things with. */
export interface Stage {
  readonly clients: Clients;
  readonly admin: Account;
  /** The n-th of fifty people of finance, at any door. */
  readonly finance: (nth: number) => Account;
  /** An account with these roles, at the first door unless said otherwise. */
  readonly account: (subject: string, roles: readonly string[], door?: number) => Promise<Account>;
}

/** One request and all who race for it. `nth` counts the requests of a run; even and odd ones go differently. */
export interface Scene {
  readonly proposal: Proposal;
  readonly play: (stage: Stage, document: Document, nth: number) => Promise<void>;
}

const APPROVE: Ballot = { vote: 'approve' };
const DENY: Ballot = { vote: 'deny' };

/** All open the packet, then all click at once. */
async function rush(
  { clients }: Stage,
  document: Document,
  ballots: readonly (readonly [Account, Ballot])[],
): Promise<void> {
  const seen = await Promise.all(ballots.map(([account]) => clients.view(account, document)));
  await Promise.all(ballots.map(([account, ballot], at) => clients.click(account, seen[at]!, ballot)));
}

const LARGE = '6000.00';
const large = proposalOf('refund', LARGE);

/** Five of fifty people approve at once, where two are asked for. */
const crowd: Scene = {
  proposal: large,
  play: (stage, document, nth) =>
    rush(
      stage,
      document,
      [0, 1, 2, 3, 4].map((at) => [stage.finance(nth * 7 + at * 11), APPROVE]),
    ),
};

/** Two approvals against a denial. */
const race: Scene = {
  proposal: large,
  play: (stage, document, nth) =>
    rush(stage, document, [
      [stage.finance(nth), APPROVE],
      [stage.finance(nth + 1), nth % 2 === 0 ? DENY : APPROVE],
      [stage.finance(nth + 2), nth % 2 === 0 ? APPROVE : DENY],
    ]),
};

/** Somebody is taken off the roster between view and click: before it, or at the same moment. */
const leaver: Scene = {
  proposal: large,
  play: async (stage, document, nth) => {
    const { clients, admin } = stage;
    const leaving = await stage.account(`leaver-${nth}`, ['finance'], 1);
    const staying = stage.finance(nth);
    const [seen, own] = await Promise.all([clients.view(leaving, document), clients.view(staying, document)]);
    const removal = clients.remove(leaving.subject, admin);
    if (nth % 2 === 0) await removal;
    await Promise.all([removal, clients.click(leaving, seen, APPROVE), clients.click(staying, own, APPROVE)]);
  },
};

/** Two accounts of one subject, at both instances and with retries; every other time one more person approves. */
const accounts: Scene = {
  proposal: large,
  play: async (stage, document, nth) => {
    const subject = `twofold-${nth % 50}`;
    const [first, second] = await Promise.all([
      stage.account(subject, ['finance'], 0),
      stage.account(subject, ['finance', 'approver'], 1),
    ]);
    await rush(stage, document, [
      [first, { ...APPROVE, key: `${nth}-one` }],
      [
        { ...first, door: 1 },
        { ...APPROVE, key: `${nth}-one` },
      ],
      [second, { ...APPROVE, key: `${nth}-two` }],
      ...(nth % 2 === 0 ? [] : [[stage.finance(nth), APPROVE] as const]),
    ]);
  },
};

/** One person who has both roles of two duties; every other time one more person approves. */
const roles: Scene = {
  proposal: proposalOf('payout', LARGE),
  play: async (stage, document, nth) => {
    const subject = `both-${nth % 50}`;
    const [both, approver] = await Promise.all([
      stage.account(subject, ['finance', 'approver'], 0),
      stage.account(subject, ['approver'], 1),
    ]);
    await rush(stage, document, [
      [both, APPROVE],
      [approver, APPROVE],
      ...(nth % 2 === 0 ? [] : [[stage.finance(nth), APPROVE] as const]),
    ]);
  },
};

/** $1,500, for which one person suffices, becomes $9,000 while others approve what they were shown. */
const edited = (proposal: Proposal): Scene => ({
  proposal,
  play: async (stage, document, nth) => {
    const { clients } = stage;
    const [editor, ...others] = [0, 1, 2].map((at) => stage.finance(nth + at)) as [Account, Account, Account];
    const ballot: Ballot = { vote: 'approve_with_changes', parameters: withAmount(proposal, '9000.00') };
    const seen = await Promise.all([editor, ...others].map((person) => clients.view(person, document)));
    const change = clients.click(editor, seen[0]!, ballot);
    // At once, so that one of both comes first; or after the change, when what was shown is no longer on the table.
    if (nth % 2 === 0) await change;
    await Promise.all([change, ...others.map((person, at) => clients.click(person, seen[at + 1]!, APPROVE))]);
    const again = await stage.account(editor.subject, ['finance'], 1);
    const rushing = nth % 4 < 2 ? [again, others[0]!] : [again, ...others];
    await rush(
      stage,
      document,
      rushing.map((person) => [person, APPROVE]),
    );
  },
});

export const SCENES: Readonly<Record<string, Scene>> = {
  crowd,
  race,
  leaver,
  accounts,
  roles,
  edited: edited(proposalOf('refund', '1500.00')),
  edited_by_an_outsider: edited(proposalOf('transfer', '1500.00')),
};
