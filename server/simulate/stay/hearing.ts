import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/** From whom a phone takes SIP at all. */
export interface Hearing {
  /** `hosts`: names or addresses; undefined: everybody. */
  hears(hosts: readonly string[] | undefined, address: string): Promise<boolean>;
}

/** Each name is looked up once, when somebody asks for the first time. */
export function createHearing(): Hearing {
  const known = new Map<string, Promise<readonly string[]>>();

  return {
    async hears(hosts, address) {
      if (hosts === undefined) return true;
      const all = hosts.map((host) => {
        const addresses = known.get(host) ?? addressesOf(host);
        known.set(host, addresses);
        return addresses;
      });
      return (await Promise.all(all)).some((addresses) => addresses.includes(address));
    },
  };
}

/** None for a name that nobody knows. */
export async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host)) return [host];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}
