/** Milliseconds of a connection to a PBX. */
export interface PbxTimes {
  readonly connectMs: number;
  /** For one answer. */
  readonly answerMs: number;
  /** Silent for so long, the PBX is asked for a sign of life. */
  readonly aliveMs: number;
  /** Unused for so long, the connection is closed. */
  readonly idleMs: number;
  /** Before the second try of a PBX that could not be reached; doubled with each failure, to 60 times of it. */
  readonly pauseMs: number;
}

export const pbxTimes: PbxTimes = {
  connectMs: 5_000,
  answerMs: 10_000,
  aliveMs: 30_000,
  idleMs: 300_000,
  pauseMs: 1_000,
};
