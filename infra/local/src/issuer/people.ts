import type { RosterReviewer } from '../roster.js';

/** Who may sign in here. */
export interface People {
  find(subject: string): Promise<RosterReviewer | undefined>;
  all(): Promise<readonly RosterReviewer[]>;
}

interface Item {
  readonly subject: string;
  readonly name: string | null;
  readonly roles: readonly string[] | null;
}

export interface PeopleOptions {
  /** The people of the roster file: they are always known. */
  readonly file: readonly RosterReviewer[];
  /** Where the live roster is asked for, in this order. */
  readonly approvalUrls: readonly string[];
  /** An access token for one of the file's people. */
  readonly tokenFor: (reader: RosterReviewer) => Promise<string>;
}

const TIMEOUT_MS = 2_000;

/** The people of the file, and those whom administrators added to the roster since. */
export function peopleOf({ file, approvalUrls, tokenFor }: PeopleOptions): People {
  const added = async (): Promise<RosterReviewer[]> => {
    const readers = [...new Map(file.map((person) => [person.tenant, person])).values()];
    const items = await Promise.all(readers.map(async (reader) => ask(approvalUrls, reader, await tokenFor(reader))));
    return items.flat().filter(({ subject }) => !file.some((one) => one.subject === subject));
  };
  return {
    find: async (subject) => {
      const isIt = (one: RosterReviewer): boolean => one.subject === subject;
      return file.find(isIt) ?? (await added()).find(isIt);
    },
    all: async () => [...file, ...(await added())],
  };
}

/** The tenant's people on the live roster; nobody while approval does not answer. */
async function ask(urls: readonly string[], { tenant }: RosterReviewer, token: string): Promise<RosterReviewer[]> {
  for (const url of urls) {
    try {
      const response = await fetch(`${url}/v1/reviewers`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const { items } = (await response.json()) as { items: Item[] };
      return items.map(({ subject, name, roles }) => ({ tenant, subject, name: name ?? subject, roles: roles ?? [] }));
    } catch {
      // The next instance may answer.
    }
  }
  return [];
}
