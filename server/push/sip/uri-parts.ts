import { isIPv6 } from "node:net";

/** RFC 3261 section 25.1 `user`; what may stand unescaped does, since phones compare it letter by letter. */
export function escapeUser(user: string): string {
  // Through bytes, since half a surrogate pair would throw.
  const escaped = encodeURIComponent(Buffer.from(user).toString());
  return escaped.replace(/%(?:26|3D|2B|24|2C)/g, (each) => decodeURIComponent(each));
}

/** As it may stand in a URI; undefined for what is no host. */
export function hostOf(domain: string): string | undefined {
  if (isIPv6(domain)) return `[${domain.split("%")[0]}]`;
  return /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(domain) ? domain : undefined;
}
