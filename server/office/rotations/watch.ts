import type { Device } from "../../domain/device.ts";
import type { DocumentKey, Store, StoreChange } from "../../domain/ports.ts";
import { type RotationTarget, rotationTargetKind } from "../../domain/rotation.ts";
import type { Presence } from "../../journal/presence.ts";

interface WatchParts {
  readonly store: Store;
  readonly presence: Pick<Presence, "watchServed">;
  /** A phone of this line has come, or does not have it any more. */
  look(target: DocumentKey): void;
}

/** Which lines wait for which phones, at this node or another; `note` tells it what was there before. */
export function watchRotations({ look, presence, store }: WatchParts) {
  const waiting = new Map<string, Map<string, DocumentKey>>();
  const macsOf = new Map<string, readonly string[]>();

  function note({ organization, kind, id }: DocumentKey, target: RotationTarget | undefined): void {
    for (const mac of macsOf.get(id) ?? []) remove(`${organization}/${mac}`, id);
    macsOf.delete(id);
    if (target?.state !== "given" || !target.devices) return;
    const macs = target.devices.map(({ mac }) => mac);
    macsOf.set(id, macs);
    for (const mac of macs) {
      const targets = waiting.get(`${organization}/${mac}`) ?? new Map<string, DocumentKey>();
      waiting.set(`${organization}/${mac}`, targets.set(id, { organization, kind, id }));
    }
  }

  function remove(phone: string, id: string): void {
    const targets = waiting.get(phone);
    targets?.delete(id);
    if (targets?.size === 0) waiting.delete(phone);
  }

  function seePhone(organization: string, mac: string): void {
    for (const target of waiting.get(`${organization}/${mac}`)?.values() ?? []) look(target);
  }

  function see({ organization, kind, id, body }: StoreChange): void {
    if (kind === rotationTargetKind) note({ organization, kind, id }, body as RotationTarget | undefined);
    else if (kind === "device") seePhone(organization, (body as Device | undefined)?.mac ?? id);
  }

  const unwatch = [
    presence.watchServed(seePhone),
    store.watch((changes) => {
      for (const change of changes) see(change);
    }),
  ];
  return {
    note,
    close() {
      for (const end of unwatch) end();
    },
  };
}
