import type { IncomingMessage, ServerResponse } from "node:http";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyBaseLogger, FastifyInstance, FastifySerializerCompiler, RawServerDefault } from "fastify";
import type { Campaigns } from "../../campaigns/campaigns.ts";
import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { RawMap, SettingsMap } from "../../domain/device.ts";
import type { Clock, Store } from "../../domain/ports.ts";
import type { PushTransport } from "../../domain/push.ts";
import type { Shelf } from "../../firmware/shelf.ts";
import type { Journal } from "../../journal/journal.ts";
import type { Presence } from "../../journal/presence.ts";
import type { Strangers } from "../../journal/strangers.ts";
import type { BulkAdd } from "../../office/bulk/add.ts";
import type { Bulk } from "../../office/bulk/bulk.ts";
import type { LayerTrials } from "../../office/bulk/layers.ts";
import type { Changes } from "../../office/changes/changes.ts";
import type { ChangePlans } from "../../office/changes/plans.ts";
import type { Desks } from "../../office/desk/desk.ts";
import type { DeviceCopies } from "../../office/devices/copies.ts";
import type { Devices } from "../../office/devices/devices.ts";
import type { KeyLayouts } from "../../office/devices/key-layouts.ts";
import type { FirmwareStock } from "../../office/firmware/stock.ts";
import type { Grants } from "../../office/grants.ts";
import type { Layers } from "../../office/layers/layers.ts";
import type { Lines } from "../../office/lines.ts";
import type { Enrolment } from "../../office/phones/enrolment.ts";
import type { Reports } from "../../office/phones/reports.ts";
import type { Windows } from "../../office/phones/windows.ts";
import type { PbxConnections } from "../../office/push/pbx-connections.ts";
import type { Registrations } from "../../office/push/registration.ts";
import type { Screenshots } from "../../office/push/screenshots.ts";
import type { Showings } from "../../office/push/showings.ts";
import type { RevisionDifferences } from "../../office/revisions/differences.ts";
import type { RevisionReverts } from "../../office/revisions/revert.ts";
import type { Revisions } from "../../office/revisions/revisions.ts";
import type { Rotations } from "../../office/rotations/rotations.ts";
import type { Templates } from "../../office/templates/templates.ts";
import type { Webhooks } from "../../office/webhooks.ts";
import type { Outbox } from "../../outbox/outbox.ts";
import type { Push } from "../../push.ts";
import type { TextPage } from "../../render/documents-text-page.ts";
import type { OrganizationFiles } from "../../render/organization-files.ts";
import type { Schedules } from "../../schedule/schedules.ts";
import type { Caller } from "../../security/bearer.ts";

/** How secrets are hidden; `office/sealing.ts` has them. */
export interface Masking {
  readonly mask: string;
  maskSettings(settings: SettingsMap): SettingsMap;
  maskRaw(raw: RawMap, isSecret: (name: string) => boolean): RawMap;
}

/** What this process is and listens on; `started` is RFC 3339 UTC. The admin port is known here. */
interface ServerInfo {
  readonly host: string;
  readonly tftp: number;
  readonly phoneHttp: readonly number[];
  readonly warnings: readonly string[];
  readonly started: string;
  /** `embedded` or `postgresql`. */
  readonly store: string;
}

export type AdminLog = Record<"debug" | "info" | "warn" | "error", (fields: object, message: string) => void>;

export interface AdminParts {
  readonly host: string;
  /** 0 means any free port. */
  readonly port: number;
  readonly version: string;
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly shelf: Shelf;
  readonly desks: Desks;
  readonly devices: Devices;
  readonly lines: Lines;
  readonly layers: Layers;
  readonly layerTrials: LayerTrials;
  readonly keyLayouts: KeyLayouts;
  readonly copies: DeviceCopies;
  readonly bulk: Bulk;
  readonly bulkAdd: BulkAdd;
  readonly changes: Changes;
  readonly changePlans: ChangePlans;
  readonly enrolment: Enrolment;
  readonly grants: Grants;
  readonly templates: Templates;
  readonly firmware: FirmwareStock;
  readonly windows: Windows;
  readonly revisions: Revisions;
  readonly reports: Reports;
  readonly revisionDifferences: RevisionDifferences;
  readonly revisionReverts: RevisionReverts;
  readonly presence: Presence;
  readonly strangers: Strangers;
  readonly journal: Journal;
  readonly push: Push;
  readonly campaigns: Campaigns;
  readonly registrations: Registrations;
  readonly schedules: Schedules;
  readonly webhooks: Webhooks;
  readonly outbox: Outbox;
  readonly rotations: Rotations;
  readonly transports: readonly PushTransport[];
  readonly connections: PbxConnections;
  /** The document that makes a phone do these things at once. */
  execute(urls: readonly string[]): string;
  /** The document that a phone shows. */
  textPage(page: TextPage): string;
  readonly showings: Showings;
  readonly screenshots: Screenshots;
  readonly files: OrganizationFiles;
  readonly masking: Masking;
  /** The operator whose header `Authorization` it is, or undefined; `grants` knows the others. */
  authenticate(authorization: string | undefined): Caller | undefined;
  serverInfo(): ServerInfo;
  /** Fails when the store does not answer. */
  isReady(): Promise<void>;
  /** Metrics in Prometheus's text format. */
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>;
  readonly clock: Clock;
  readonly log: AdminLog;
  /** Compiles what writes answers; Fastify's own way when absent. */
  readonly serializers?: FastifySerializerCompiler<unknown>;
  /** How long a request may take to arrive; a minute when absent. */
  readonly patienceMs?: number;
  /** How long a phone has to fetch what it shall show; 10 s when absent. */
  readonly showMs?: number;
  /** How often an idle event stream is kept awake; 15 s when absent. */
  readonly heartbeatMs?: number;
}

/** The server with its types taken from the schemas of the routes. */
export type AdminServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
