import { ulid } from "ulid";
import type { Device } from "../../domain/device.ts";
import type { FieldError } from "../../domain/failures.ts";
import type { Clock, DocumentKey, Store, StoredDocument, StoreTransaction } from "../../domain/ports.ts";
import type { OpenPbxConnection, PbxConnection, PbxConnectionKind } from "../../domain/push.ts";
import type { Sealer } from "../../security/sealer.ts";
import { audited, type Edit, readForEdit } from "../editing.ts";
import { finding, refuseIf } from "../refusals.ts";
import { openConnectionSecret, sealConnectionSecret } from "../sealing.ts";

/** What a caller may say of a connection; null takes an optional value away. `secret` is write-only. */
export interface PbxConnectionChange {
  readonly kind?: PbxConnectionKind;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly secret?: string;
  readonly tls?: boolean;
  readonly fingerprint?: string | null;
  readonly site?: string | null;
  readonly profile?: string | null;
  readonly path?: string | null;
}

/** As much of a device as says which PBX is its own. */
export interface SitedDevice {
  readonly organization: string;
  readonly body: Pick<Device, "site">;
}

/** The PBXs of an organization, as far as Offhook may speak to them. */
export interface PbxConnections {
  add(edit: Edit, change: PbxConnectionChange): Promise<StoredDocument<PbxConnection>>;
  change(edit: Edit, id: string, change: PbxConnectionChange): Promise<StoredDocument<PbxConnection>>;
  remove(edit: Edit, id: string): Promise<void>;
  /** The one of this kind for a device: its site's, else the organization's. */
  of(device: SitedDevice, kind: PbxConnectionKind): Promise<OpenPbxConnection | undefined>;
  open(document: StoredDocument<PbxConnection>): OpenPbxConnection;
}

export const pbxConnectionKind = "pbx-connection";
const mostConnections = 100;

interface Parts {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly clock: Clock;
}

export function createPbxConnections({ store, sealer, clock }: Parts): PbxConnections {
  const keyOf = ({ organization }: Edit, id: string): DocumentKey => ({ organization, kind: pbxConnectionKind, id });
  const sealed = (key: DocumentKey, change: PbxConnectionChange) =>
    change.secret === undefined ? change : { ...change, secret: sealConnectionSecret(sealer, key, change.secret) };

  function open({ organization, version, body, ...key }: StoredDocument<PbxConnection>): OpenPbxConnection {
    const secret = openConnectionSecret(sealer, { organization, ...key }, body.secret);
    return { ...body, organization, version, secret };
  }

  return {
    open,
    async add(edit, change) {
      const key = keyOf(edit, ulid(clock()));
      return await store.transaction(async (transaction) => {
        refuseIf(await wrongWith(transaction, edit, change, true));
        audited(transaction, clock, edit, "pbx-connection.add", key, Object.keys(change));
        return await transaction.put(key, merged({ id: key.id } as PbxConnection, sealed(key, change)), { expect: 0 });
      });
    },
    async change(edit, id, change) {
      const key = keyOf(edit, id);
      return await store.transaction(async (transaction) => {
        const { body } = await readForEdit<PbxConnection>(transaction, key, edit);
        refuseIf([...(await wrongWith(transaction, edit, change, false)), ...movedSecret(body, change)]);
        audited(transaction, clock, edit, "pbx-connection.change", key, Object.keys(change));
        return await transaction.put(key, merged(body, sealed(key, change)));
      });
    },
    async remove(edit, id) {
      const key = keyOf(edit, id);
      await store.transaction(async (transaction) => {
        await readForEdit(transaction, key, edit);
        await transaction.delete(key);
        audited(transaction, clock, edit, "pbx-connection.remove", key);
      });
    },
    async of({ organization, body: { site } }, kind) {
      const all = await store.find<PbxConnection>({ organization, kind: pbxConnectionKind });
      const fit = all.filter(({ body }) => body.kind === kind);
      const found = fit.find(({ body }) => body.site === site) ?? fit.find(({ body }) => body.site === undefined);
      return found && open(found);
    },
  };
}

type Mutable = { -readonly [Field in keyof PbxConnection]: PbxConnection[Field] };

function merged(before: PbxConnection, change: PbxConnectionChange): PbxConnection {
  const connection = { ...before } as Mutable;
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete connection[name as keyof PbxConnection & "site"];
    else Object.assign(connection, { [name]: value });
  }
  return connection;
}

async function wrongWith(
  transaction: StoreTransaction,
  { organization }: Edit,
  change: PbxConnectionChange,
  isNew: boolean,
): Promise<FieldError[]> {
  const errors: FieldError[] = [];
  const { site } = change;
  if (typeof site === "string" && !(await transaction.get({ organization, kind: "site", id: site })))
    errors.push(finding("/site", "not-found", `there is no site "${site}"`));
  const all = isNew ? await transaction.find({ organization, kind: pbxConnectionKind }) : [];
  if (all.length >= mostConnections) errors.push(finding("", "too-many", `${mostConnections} are there already`));
  return errors;
}

/** Whoever may change an address must not make Offhook tell another server what it knows of this one. */
function movedSecret(before: PbxConnection, { host, port, secret, tls }: PbxConnectionChange): FieldError[] {
  const isMoved = (host ?? before.host) !== before.host || (port ?? before.port) !== before.port;
  const isOpened = before.tls === true && tls === false;
  if (secret !== undefined || !(isMoved || isOpened)) return [];
  return [finding("/secret", "missing", "must be given again where host, port or tls change")];
}
