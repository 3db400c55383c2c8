import type { Device } from "../../domain/device.ts";
import type { Store, StoreChange } from "../../domain/ports.ts";
import type { PresenceFacts } from "../../journal/presence.ts";

/**
 * What each phone runs, as it last said of itself (cisco.md A.4: user agents of multiplatform, PhoneOS, SPA and ATA phones;
 * enterprise phones and the 7960 say nothing).
 *
 * Desks are read for every request, so this is kept in memory: read once at the start, then told by the store of what is
 * seen of phones, which also tells of phones that other nodes met. A version that changes makes the desk and the revision of
 * just that device anew. Versions change when a phone has taken a load, so a revision does not swing: a load that was
 * allowed stays allowed while the phone goes there and when it runs it, and one that is refused is not fetched. A phone
 * that nobody has heard yet is told what is set for it; what it says at its first request counts from the second.
 */
export interface RunningFirmware {
  of(organization: string, device: Device): string | undefined;
  /** Told which devices run another load than before. */
  watch(listener: (devices: readonly SeenDevice[]) => void): void;
  close(): void;
}

interface SeenDevice {
  readonly organization: string;
  readonly mac: string;
}

const kind = "presence";

/** `store` is that of presence. */
export async function createRunningFirmware(store: Store): Promise<RunningFirmware> {
  const running = new Map<string, { readonly firmware: string; readonly born: string | undefined }>();
  const listeners: ((devices: readonly SeenDevice[]) => void)[] = [];

  function learn({ organization, id, body }: Pick<StoreChange, "organization" | "id" | "body">): boolean {
    const key = `${organization}/${id}`;
    const { firmware, born } = (body ?? {}) as PresenceFacts;
    const before = running.get(key);
    if (before?.firmware === firmware && before?.born === born) return false;
    if (firmware === undefined) return running.delete(key);
    running.set(key, { firmware, born });
    return true;
  }

  // Watched first: what is seen while the rest is read is not lost, and newer than that.
  const unwatch = store.watch((changes) => {
    const others = changes.filter((change) => change.kind === kind && learn(change));
    if (others.length === 0) return;
    const seen = others.map(({ organization, id }) => ({ organization, mac: id }));
    for (const listener of listeners) listener(seen);
  });
  for (const document of await store.find<PresenceFacts>({ kind })) {
    if (!running.has(`${document.organization}/${document.id}`)) learn(document);
  }

  return {
    of(organization, { mac, born }) {
      const known = running.get(`${organization}/${mac}`);
      return known?.born === born ? known?.firmware : undefined;
    },
    watch: (listener) => void listeners.push(listener),
    close: unwatch,
  };
}
