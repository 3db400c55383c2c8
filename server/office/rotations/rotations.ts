import type { StoredDocument } from "../../domain/ports.ts";
import { type ExportFormat, type Rotation, type RotationRequest, rotationKind } from "../../domain/rotation.ts";
import type { Edit } from "../editing.ts";
import { cancelRotation, confirmLines, exportLines, takeUpAgain } from "./orders.ts";
import { createRotationRunner, type RunnerParts } from "./runner.ts";
import { type RotationStartParts, writeRotation } from "./start.ts";
import { readRotation, release } from "./targets.ts";
import { type ListedRotation, listRotation, type WholeRotation, wholeRotation } from "./views.ts";
import { refuseUnwritable } from "./writing.ts";

/** New secrets for lines, first at the PBX, then at the phones; each line with its result. */
export interface Rotations {
  /** Fails with INVALID naming the selector, CONFLICT where a line is in another one or no PBX can be written. */
  start(edit: Edit, request: RotationRequest): Promise<ListedRotation>;
  /** Newest first. */
  list(organization: string): Promise<readonly ListedRotation[]>;
  /** Fails with NOT_FOUND. */
  read(organization: string, id: string): Promise<WholeRotation>;
  /** The new secrets in the clear, audited: nothing else gives them. CONFLICT where no line waits for the PBX. */
  export(edit: Edit, id: string, format: ExportFormat): Promise<string>;
  /** The PBX has the new secrets of these lines, or of all that were exported; phones are told from now on. */
  confirm(edit: Edit, id: string, lines: readonly string[] | undefined): Promise<ListedRotation>;
  /** Tries again what failed, and tells phones again that have not come. */
  resume(edit: Edit, id: string): Promise<ListedRotation>;
  /** Lines that the PBX was not told of keep their secrets, others go on. CONFLICT where there is none such. */
  cancel(edit: Edit, id: string): Promise<ListedRotation>;
  /** Goes on with what was under way when Offhook ended. Does not reject. */
  begin(): Promise<void>;
  /** Resolves when nothing is under way. */
  close(): Promise<void>;
}

export interface RotationParts extends RotationStartParts, RunnerParts {}

export function createRotations(parts: RotationParts): Rotations {
  const { store } = parts;
  const runner = createRotationRunner(parts);

  async function ordered(read: StoredDocument<Rotation>): Promise<ListedRotation> {
    const rotation = read.body.isHeld ? await release(store, read) : read;
    const view = await listRotation(parts, rotation);
    runner.advance(rotation);
    return view;
  }

  return {
    async start(edit, request) {
      if (request.through === "connection") await refuseUnwritable(parts, edit.organization);
      return await ordered(await writeRotation(parts, edit, request));
    },
    async list(organization) {
      const all = await store.find<Rotation>({ organization, kind: rotationKind });
      const seen = all.filter(({ body }) => !body.isPreparing).reverse();
      return await Promise.all(seen.map((each) => listRotation(parts, each)));
    },
    read: async (organization, id) => await wholeRotation(parts, await readRotation(store, organization, id)),
    export: (edit, id, format) => exportLines(parts, edit, id, format),
    confirm: async (edit, id, lines) => await ordered(await confirmLines(parts, edit, id, lines)),
    resume: async (edit, id) => await ordered(await takeUpAgain(parts, edit, id)),
    cancel: async (edit, id) => await ordered(await cancelRotation(parts, edit, id)),
    begin: () => runner.begin(),
    close: () => runner.close(),
  };
}
