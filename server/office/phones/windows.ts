import type { Device } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, Store } from "../../domain/ports.ts";
import { type EnrolmentWindow, isOpen, type WindowUse, windowTakes } from "../../domain/window.ts";

/** Enrolment windows as a phone's request needs them: in memory, kept true by the store's changes. */
export interface Windows {
  /** The window that lets this device in from this address, if one does. */
  admit(application: Application): EnrolmentWindow | undefined;
  /** The device has its file: the window closes for it, but for ten minutes' grace at the same address. */
  completed(window: EnrolmentWindow, mac: Mac, address: string): void;
  /** How many devices a window took in. */
  taken(window: EnrolmentWindow): number;
  close(): void;
}

export interface Application {
  readonly organization: string;
  readonly device: Device;
  readonly pinned: boolean;
  readonly address: string;
  /** Keeps a place for the device; a look (HEAD) takes none. */
  readonly takesPlace: boolean;
}

export const windowKind = "enrolment-window";

/** A place that was kept for a delivery that never completed is given up after this time. */
const placeHeldMs = 5 * 60_000;
const lookOverMs = 1000;

type Taken = Map<Mac, { address: string; at: number; completed: boolean }>;

/** A device that a window took in before this process began. */
export interface Enrolled {
  readonly window: string;
  readonly mac: Mac;
  readonly address: string;
  /** RFC 3339. */
  readonly at: string;
}

export interface WindowParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly enrolled: readonly Enrolled[];
}

export async function createWindows({ store, clock, enrolled }: WindowParts): Promise<Windows> {
  const known = new Map<string, Map<string, EnrolmentWindow>>();
  const uses = new Map<string, Taken>();
  /** When each window's places were last looked over. */
  const lookedOver = new Map<string, number>();
  for (const { window, mac, address, at } of enrolled) {
    const use: Taken = uses.get(window) ?? new Map();
    uses.set(window, use.set(mac, { address, at: Date.parse(at), completed: true }));
  }
  for (const { organization, body } of await store.find<EnrolmentWindow>({ kind: windowKind })) {
    of(organization).set(body.id, body);
  }
  const unwatch = store.watch((changes) => {
    for (const { organization, kind, id, body } of changes) {
      if (kind !== windowKind) continue;
      if (body === undefined) {
        of(organization).delete(id);
        uses.delete(id);
        lookedOver.delete(id);
      } else of(organization).set(id, body as EnrolmentWindow);
    }
  });

  function of(organization: string): Map<string, EnrolmentWindow> {
    const windows = known.get(organization) ?? new Map<string, EnrolmentWindow>();
    known.set(organization, windows);
    return windows;
  }

  function useOf(window: EnrolmentWindow): Taken {
    const use: Taken = uses.get(window.id) ?? new Map();
    uses.set(window.id, use);
    const now = clock();
    // Not at every request: a window may have taken in thousands.
    if (Math.abs(now - (lookedOver.get(window.id) ?? 0)) < lookOverMs) return use;
    lookedOver.set(window.id, now);
    for (const [mac, { at, completed }] of use) if (!completed && now - at > placeHeldMs) use.delete(mac);
    return use;
  }

  return {
    admit({ organization, device, pinned, address, takesPlace }) {
      const now = clock();
      for (const window of of(organization).values()) {
        if (!isOpen(window, now)) continue;
        const taken = useOf(window);
        const use: WindowUse = { taken };
        if (!windowTakes(window, use, { ...device, pinned }, address, now)) continue;
        if (takesPlace && !taken.get(device.mac)?.completed)
          taken.set(device.mac, { address, at: now, completed: false });
        return window;
      }
      return undefined;
    },
    completed(window, mac, address) {
      useOf(window).set(mac, { address, at: clock(), completed: true });
    },
    taken: (window) => [...useOf(window).values()].filter((each) => each.completed).length,
    close: unwatch,
  };
}
