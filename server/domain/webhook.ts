/** What a web hook can be told of, and what that means. */
export const webhookEvents = {
  "device.added": "somebody added a phone",
  "device.removed": "somebody removed a phone",
  "device.seen": "a phone asked for the first time",
  "device.up-to-date": "a phone completed the fetch of the revision that it should have",
  "device.late": "a phone was told to come and did not in its time",
  "campaign.done": "a campaign ended, whatever came of it",
  "alert.raised":
    "somebody should look: a phone is late, unreachable, refused or left out, a campaign stopped, a schedule failed",
} as const;
export type WebhookEvent = keyof typeof webhookEvents;

/** Who is told, over HTTP. Its secret is sealed in the store. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly secret: string;
  readonly enabled: boolean;
  /** Only what is about phones of this site. */
  readonly site?: string;
}

export const webhookKind = "webhook";

/** One event for one web hook. Times are milliseconds since the epoch. */
export interface Delivery {
  readonly hook: string;
  readonly type: WebhookEvent | "test";
  readonly at: number;
  /** What is told; taken away when the delivery has ended. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** How often it was tried. */
  readonly attempts: number;
  /** When it is tried next; absent when it has ended. */
  readonly nextAt?: number;
  readonly last?: DeliveryAttempt;
}

export interface DeliveryAttempt {
  readonly at: number;
  /** What was answered. */
  readonly status?: number;
  /** Why there was no answer. */
  readonly error?: string;
  readonly tookMs: number;
}
