import { ulid } from "ulid";
import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { FieldError } from "../../domain/failures.ts";
import { type Mac, parseMac } from "../../domain/mac.ts";
import { parseNetwork } from "../../domain/network.ts";
import type { Clock, Store, StoredDocument, StoreTransaction } from "../../domain/ports.ts";
import type { EnrolmentWindow } from "../../domain/window.ts";
import { audited, type Edit, readForEdit } from "../editing.ts";
import { finding, refuseIf } from "../refusals.ts";
import { windowKind } from "./windows.ts";

/** Whom a window takes in (one of devices, site, model, all), for how long, how many, from where. */
export interface WindowRequest {
  readonly devices?: readonly string[];
  readonly site?: string;
  readonly model?: string;
  readonly all?: boolean;
  readonly minutes: number;
  readonly count?: number;
  readonly networks?: readonly string[];
}

/** Opening and closing windows, as people do; `windows.ts` is what phones meet. */
export interface Enrolment {
  open(edit: Edit, request: WindowRequest): Promise<StoredDocument<EnrolmentWindow>>;
  close(edit: Edit, id: string): Promise<void>;
}

export function createEnrolment({
  store,
  catalogue,
  clock,
}: {
  store: Store;
  catalogue: Catalogue;
  clock: Clock;
}): Enrolment {
  return {
    async open(edit, request) {
      refuseIf(formErrors(request, catalogue));
      const now = clock();
      const key = { organization: edit.organization, kind: windowKind, id: ulid(now) };
      return await store.transaction(async (transaction) => {
        refuseIf(await missing(transaction, edit.organization, request));
        audited(transaction, clock, edit, "window.open", key, Object.keys(request));
        return await transaction.put(key, windowOf(request, key.id, edit.actor, now));
      });
    },
    async close(edit, id) {
      const key = { organization: edit.organization, kind: windowKind, id };
      await store.transaction(async (transaction) => {
        await readForEdit<EnrolmentWindow>(transaction, key, edit);
        await transaction.delete(key);
        audited(transaction, clock, edit, "window.close", key);
      });
    },
  };
}

function formErrors({ devices, site, model, all, networks = [] }: WindowRequest, catalogue: Catalogue): FieldError[] {
  const named = [devices, site, model, all === true ? true : undefined].filter((each) => each !== undefined).length;
  const whom = named === 1 ? [] : [finding("", "whom", "say exactly one of devices, site, model, all")];
  const macs = (devices ?? []).flatMap((mac, index) =>
    parseMac(mac) ? [] : [finding(`/devices/${index}`, "mac", "is not a MAC of twelve hex digits")],
  );
  const nets = networks.flatMap((network, index) =>
    parseNetwork(network) === undefined
      ? [finding(`/networks/${index}`, "network", "is not a network such as 10.0.0.0/8")]
      : [],
  );
  const unknown =
    model === undefined || catalogue.model(model)
      ? []
      : [finding("/model", "unknown-model", `there is no model "${model}"`)];
  return [...whom, ...macs, ...nets, ...unknown];
}

async function missing(transaction: StoreTransaction, organization: string, { devices = [], site }: WindowRequest) {
  const errors: FieldError[] = [];
  if (site !== undefined && !(await transaction.get({ organization, kind: "site", id: site }))) {
    errors.push(finding("/site", "not-found", `there is no site "${site}"`));
  }
  for (const [index, text] of devices.entries()) {
    const id = parseMac(text) ?? "";
    if (await transaction.get({ organization, kind: "device", id })) continue;
    errors.push(finding(`/devices/${index}`, "not-found", `there is no device ${text}`));
  }
  return errors;
}

function windowOf(request: WindowRequest, id: string, openedBy: string, now: number): EnrolmentWindow {
  const { devices, site, model, all, minutes, count, networks } = request;
  return {
    id,
    opensAt: new Date(now).toISOString(),
    closesAt: new Date(now + minutes * 60_000).toISOString(),
    openedBy,
    ...(devices && { devices: devices.map((mac) => parseMac(mac) as Mac) }),
    ...(site !== undefined && { site }),
    ...(model !== undefined && { model }),
    ...(all === true && { all }),
    ...(count !== undefined && { count }),
    ...(networks && { networks: networks.flatMap((network) => parseNetwork(network) ?? []) }),
  };
}
