/** What came of asking a phone for a picture of its screen. Reasons are for people and hold no secret. */
export type LookOutcome =
  | { readonly result: "seen"; readonly contentType: string; readonly picture: Buffer }
  | { readonly result: "refused" | "silent" | "unable"; readonly reason: string };
