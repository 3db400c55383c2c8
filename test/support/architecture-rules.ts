/** What a part of server/ may import: anything of `may`, and of `types` only by `import type`. `*` is everything. */
export interface Rule {
  readonly may: readonly string[];
  readonly types?: readonly string[];
}

/** The table of docs/architecture.md. Parts on one level import each other's types only. */
export const rules: Readonly<Record<string, Rule>> = {
  main: { may: ["cli"] },
  cli: { may: ["app", "config", "simulate", "catalogue", "domain", "lib", "cli"] },
  app: { may: ["*"] },
  config: { may: ["domain", "lib"] },
  http: {
    may: ["domain", "lib", "http"],
    types: [
      "provision",
      "push",
      "office",
      "campaigns",
      "schedule",
      "outbox",
      "catalogue",
      "firmware",
      "journal",
      "render",
      "security",
      "store",
    ],
  },
  tftp: { may: ["domain", "lib", "tftp"], types: ["provision"] },
  provision: { may: ["domain", "lib"], types: ["office", "catalogue", "firmware", "journal", "render"] },
  office: {
    may: ["domain", "lib", "office"],
    types: ["catalogue", "firmware", "journal", "render", "security", "store"],
  },
  campaigns: { may: ["domain", "lib", "campaigns"], types: ["catalogue", "journal", "office", "push"] },
  schedule: { may: ["domain", "lib", "schedule"], types: ["catalogue", "journal", "office", "outbox"] },
  outbox: { may: ["domain", "lib", "outbox"], types: ["journal", "office", "schedule"] },
  catalogue: { may: ["domain", "lib", "catalogue"] },
  render: { may: ["domain", "lib", "render"] },
  firmware: { may: ["domain", "lib", "firmware"] },
  store: { may: ["domain", "lib", "store"] },
  journal: { may: ["domain", "lib", "journal"] },
  security: { may: ["domain", "lib", "security"] },
  push: { may: ["domain", "lib"], types: ["office"] },
  "push/": { may: ["domain", "sip", "lib", "push/"] },
  simulate: { may: ["catalogue", "domain", "lib", "sip", "simulate"] },
  domain: { may: ["domain", "lib"] },
  sip: { may: ["lib", "sip"] },
  lib: { may: ["lib"] },
};
