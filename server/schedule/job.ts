/** One thing that Offhook does of itself, again and again. */
export interface Job {
  readonly name: string;
  /** What it does, for people. */
  readonly text: string;
  /** As long as nobody says otherwise. */
  readonly cron: string;
  readonly enabled: boolean;
  /** False when there is nothing to do: then the turn is passed over, and nothing is written. */
  hasWork?(slot: number): boolean | Promise<boolean>;
  /** Says in words what came of it. What it throws is its failure; it ends soon after the signal fires. */
  run(turn: Turn): Promise<string>;
}

export interface Turn {
  /** The time that this turn is meant for, milliseconds since the epoch; when it was asked for, if somebody did. */
  readonly slot: number;
  /** Somebody wants it now, whatever the time. */
  readonly asked: boolean;
  /** Fires when Offhook ends. */
  readonly signal: AbortSignal;
}
