export type Probe = () => boolean | Promise<boolean>;

/** What must hold before a service takes work. A service without any probe is ready once it listens. */
export class Readiness {
  private readonly probes = new Map<string, Probe>();

  /** @param name shown to operators while the probe fails; a later probe of the same name replaces it */
  add(name: string, probe: Probe): void {
    this.probes.set(name, probe);
  }

  /** Names of the probes that fail now; a probe that throws fails. */
  async failing(): Promise<string[]> {
    const results = await Promise.all(
      [...this.probes].map(async ([name, probe]) => ((await holds(probe)) ? [] : [name])),
    );
    return results.flat();
  }
}

async function holds(probe: Probe): Promise<boolean> {
  try {
    return await probe();
  } catch {
    return false;
  }
}
