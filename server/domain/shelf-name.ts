/** A path below the shelf as it may be given from outside: plain steps, none hidden, none that leads elsewhere. */
export const shelfNamePattern =
  "^(?!README\\.md$)(?=.{1,200}$)[A-Za-z0-9_(][A-Za-z0-9 ._()+,~-]*(/[A-Za-z0-9_(][A-Za-z0-9 ._()+,~-]*){0,5}$";

const pattern = new RegExp(shelfNamePattern);

export function isShelfName(name: string): boolean {
  return pattern.test(name);
}
