import { randomBytes } from "node:crypto";
import type { Device } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import { plainAddress } from "../../domain/network.ts";
import type { Clock, StoredDocument } from "../../domain/ports.ts";

/** A page that one phone is asked to fetch once. */
export interface Showing {
  /** Nobody can guess it; never to be logged. */
  readonly url: string;
  /** Whether the phone has taken the whole page. */
  wasFetched(): boolean;
  /** True as soon as it has, false when so many milliseconds are over. */
  fetchedWithin(ms: number): Promise<boolean>;
  /** From then on nobody finds the page. */
  close(): void;
}

/** `done` is to be called when the last byte was handed on. */
interface ShownPage {
  readonly text: string;
  done(): void;
}

export interface Showings {
  /** CONFLICT where phones don't know this server, or nobody knows where the phone is; TOO_BUSY when too many are open. */
  open(device: StoredDocument<Device>, text: string): Promise<Showing>;
  /** Undefined for all that is not the page's own phone in the page's own time. */
  take(asked: { readonly token: string; readonly address: string }): ShownPage | undefined;
}

interface ShowingParts {
  readonly clock: Clock;
  /** Base of the address that phones are told; empty when none was configured. */
  phones(): string;
  /** Addresses that the phone may ask from. */
  whereabouts(device: StoredDocument<Device>): Promise<readonly string[]>;
}

interface Page {
  readonly organization: string;
  readonly text: string;
  readonly addresses: ReadonlySet<string>;
  readonly until: number;
  readonly waiting: Set<() => void>;
  fetchesLeft: number;
  wasFetched: boolean;
}

const openForMs = 60_000;
/** Phones ask again when they turn a page back, or lost the answer. */
const mostFetches = 5;
/** A page holds names of people: what is over is dropped, and there is never much. */
const mostPages = 500;
const mostOfOrganization = 100;

/** Pages with an address that exists for one showing, for one phone. Known to this node only. */
export function createShowings({ clock, phones, whereabouts }: ShowingParts): Showings {
  const pages = new Map<string, Page>();
  const forgetOld = () => {
    for (const [token, { until }] of pages) if (until <= clock()) pages.delete(token);
  };
  const isFull = (organization: string) => {
    const own = [...pages.values()].filter((page) => page.organization === organization);
    return pages.size >= mostPages || own.length >= mostOfOrganization;
  };

  return {
    async open(device, text) {
      const base = phones();
      if (base === "")
        throw new Failure("CONFLICT", "phones don't know where to find this server: set OFFHOOK_ADVERTISE");
      const addresses = new Set((await whereabouts(device)).map(plainAddress));
      if (addresses.size === 0)
        throw new Failure(
          "CONFLICT",
          "it is not known where the phone is: it never asked, and push.address is not set",
        );
      forgetOld();
      if (isFull(device.organization)) throw new Failure("TOO_BUSY");
      const token = randomBytes(16).toString("base64url");
      const page: Page = {
        ...{ text, addresses, organization: device.organization, until: clock() + openForMs },
        ...{ waiting: new Set(), fetchesLeft: mostFetches, wasFetched: false },
      };
      pages.set(token, page);
      return { ...showingOf(page, `${base}/show/${token}`), close: () => void pages.delete(token) };
    },
    take({ address, token }) {
      forgetOld();
      const page = pages.get(token);
      if (!page?.addresses.has(plainAddress(address)) || page.fetchesLeft === 0) return undefined;
      page.fetchesLeft -= 1;
      return { text: page.text, done: () => fetched(page) };
    },
  };
}

function showingOf(page: Page, url: string): Omit<Showing, "close"> {
  return {
    url,
    wasFetched: () => page.wasFetched,
    fetchedWithin: (ms) =>
      new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          page.waiting.delete(end);
          resolve(page.wasFetched);
        };
        const timer = setTimeout(end, page.wasFetched ? 0 : ms);
        page.waiting.add(end);
      }),
  };
}

function fetched(page: Page): void {
  page.wasFetched = true;
  for (const end of page.waiting) end();
}
