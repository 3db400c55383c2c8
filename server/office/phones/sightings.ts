import { monotonicFactory } from "ulid";
import type { AgentFacts, Catalogue } from "../../catalogue/catalogue.ts";
import type { Device } from "../../domain/device.ts";
import type { Delivery, Exchange, PhoneRequest } from "../../domain/exchange.ts";
import { type Failure, failures } from "../../domain/failures.ts";
import type { Asked } from "../../domain/identify.ts";
import type { Mac } from "../../domain/mac.ts";
import { blockOf, type Network } from "../../domain/network.ts";
import type { Clock, StoredDocument } from "../../domain/ports.ts";
import type { TrustDecision } from "../../domain/trust.ts";
import type { EnrolmentWindow } from "../../domain/window.ts";
import type { Journal } from "../../journal/journal.ts";
import type { Presence } from "../../journal/presence.ts";
import type { Strangers } from "../../journal/strangers.ts";
import type { Revisions } from "../revisions/revisions.ts";

/** One exchange while it happens; `record` is called whatever became of it. */
export interface Story {
  /** What was asked for, and the device of the MAC, if it is one of ours. */
  asked(asked: Asked, device: StoredDocument<Device> | undefined): void;
  trusted(decision: TrustDecision): void;
  /** What is served; gives the function that is told how the delivery ended. */
  served(what: Pick<Exchange, "file" | "revision" | "model">): (delivery: Delivery) => void;
  failed(failure: Failure): void;
  record(): void;
}

/** A device has its own file. */
export interface DeliveredFile {
  readonly organization: string;
  readonly mac: Mac;
  /** Which device of this MAC: one that was deleted meanwhile leaves nothing to its successor. */
  readonly born: string;
  readonly address: string;
  readonly revision: number;
  readonly digest: string;
  readonly reach: string;
  readonly window?: EnrolmentWindow;
}

/** Everything that is remembered of phones that ask: journal, presence, strangers, pins. */
export interface Sightings {
  begin(request: PhoneRequest): Story;
  pinOf(device: StoredDocument<Device>): Promise<Network | undefined>;
  revisionOf(organization: string, mac: Mac, digest: string): Promise<number>;
  /** Its own file is being sent to it. */
  sending(file: Pick<DeliveredFile, "organization" | "mac" | "born" | "digest">): void;
  delivered(file: DeliveredFile): void;
}

export interface SightingParts {
  readonly catalogue: Catalogue;
  readonly journal: Journal;
  readonly presence: Presence;
  readonly strangers: Strangers;
  readonly revisions: Revisions;
  readonly clock: Clock;
  readonly log: Record<"debug" | "info" | "warn" | "error", (fields: object, message: string) => void>;
}

type Draft = { -readonly [Field in keyof Exchange]?: Exchange[Field] };

export function createSightings(parts: SightingParts): Sightings {
  const { presence, revisions, clock } = parts;
  // Ids of one millisecond stay in order: the journal is listed and paged by them. They open nothing, so that any random
  // numbers do; those of the operating system, sixteen to an id, take longer than all the rest of an exchange's record.
  const newId = monotonicFactory(Math.random);
  return {
    begin: (request) => beginStory(parts, request, newId(clock())),
    async pinOf({ organization, body: { born, mac } }) {
      const known = await presence.of(organization, mac);
      return known.born === born ? known.pin?.block : undefined;
    },
    revisionOf: (organization, mac, digest) => revisions.numberOf(organization, mac, digest),
    sending: ({ born, digest, mac, organization }) => presence.note(organization, mac, { born, begun: digest }),
    delivered({ organization, mac, born, address, revision, digest, reach, window }) {
      const at = new Date(clock()).toISOString();
      const pin = window && { block: blockOf(address), address, at, window: window.id };
      presence.note(
        organization,
        mac,
        { born, served: { n: revision, digest, reach, at }, ...(pin && { pin }) },
        pin !== undefined,
      );
    },
  };
}

function beginStory(parts: SightingParts, request: PhoneRequest, id: string): Story {
  const { catalogue, clock, journal } = parts;
  const started = performance.now();
  const draft: Draft = {
    id,
    at: new Date(clock()).toISOString(),
    via: request.via,
    address: request.address,
  };
  const agent = request.userAgent === undefined ? undefined : catalogue.byUserAgent(request.userAgent);
  let known: StoredDocument<Device> | undefined;
  let asked: Asked | undefined;
  let failure: Failure | undefined;
  return {
    asked(what, device) {
      asked = what;
      known = device;
      draft.name = what.name;
      if (what.mac) draft.mac = what.mac;
      if (device) Object.assign(draft, { organization: device.organization, model: device.body.model });
    },
    trusted({ trust, reason }) {
      Object.assign(draft, { trust, reason });
    },
    served(what) {
      Object.assign(draft, { trust: draft.trust ?? "bootstrap" }, what, { outcome: "served" });
      return (delivery) => journal.delivered(String(draft.id), delivery);
    },
    failed(what) {
      failure = what;
      draft.outcome = what.code;
    },
    record() {
      const userAgent = request.userAgent?.slice(0, 200);
      const exchange = {
        name: request.path.slice(0, 255),
        outcome: "UNEXPECTED",
        ...draft,
        ...(userAgent && { userAgent }),
      };
      const isNew = journal.record({
        ...exchange,
        tookMs: Math.round((performance.now() - started) * 10) / 10,
      } as Exchange);
      if (failure && isNew) logFailure(parts, failure, draft);
      // Anyone can write a MAC into a request: only a phone that proved itself is seen where its device is.
      if (known && draft.trust === "full") seeDevice(parts, known, request, agent);
      else if (!known && asked?.mac) seeStranger(parts, asked, request, agent);
    },
  };
}

function logFailure({ log }: SightingParts, failure: Failure, { id, via, address, name, mac }: Draft): void {
  const fields = { exchange: id, via, address, name, mac, code: failure.code };
  log[failures[failure.code].log](
    failure.cause === undefined ? fields : { ...fields, err: failure.cause },
    "a phone got no file",
  );
}

function seeDevice(
  parts: SightingParts,
  { organization, body }: StoredDocument<Device>,
  request: PhoneRequest,
  agent?: AgentFacts,
) {
  parts.presence.note(organization, body.mac, {
    born: body.born,
    lastSeen: new Date(parts.clock()).toISOString(),
    address: request.address,
    ...(request.userAgent !== undefined && { userAgent: request.userAgent.slice(0, 200) }),
    ...(agent?.firmware !== undefined && { firmware: agent.firmware }),
  });
}

/** A MAC without a device: kept for the list of strangers, which nobody but an admin can see. */
function seeStranger({ strangers, clock }: SightingParts, asked: Asked, request: PhoneRequest, agent?: AgentFacts) {
  const [only, ...more] = new Set(asked.candidates.map(({ family }) => family));
  const family = agent?.model.family ?? (more.length === 0 ? only : undefined);
  const model = agent?.model.id ?? asked.candidates.find((candidate) => candidate.model !== undefined)?.model;
  if (!asked.mac) return;
  strangers.note({
    mac: asked.mac,
    address: request.address,
    name: asked.name,
    at: new Date(clock()).toISOString(),
    ...(model !== undefined && { model }),
    ...(family !== undefined && { family }),
    ...(request.userAgent !== undefined && { userAgent: request.userAgent.slice(0, 200) }),
    ...(agent?.firmware !== undefined && { firmware: agent.firmware }),
  });
}
