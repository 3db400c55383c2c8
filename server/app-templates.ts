import { createOrganizationFiles } from "./render/organization-files.ts";
import { createPhoneFiles } from "./render/phone-files.ts";
import type { Renderer } from "./render/renderer.ts";
import { createSandbox } from "./render/sandbox.ts";

/**
 * What a template may take when it is tried is a quarter of what it may take when a phone asks: one that was accepted
 * does not fail because the machine is busy. Nothing is started before somebody has a template of their own.
 */
const trialLimits = { workers: 1, limitMs: 500, mostWaiting: 50 };
const phoneLimits = { workers: 2, limitMs: 2000, mostWaiting: 2000 };

/** Files as phones get them, and, apart from them, the place where templates are tried. */
export function openTemplates(renderer: Renderer, { phones: ofPhones = phoneLimits } = {}) {
  const files = createPhoneFiles({ renderer });
  const phones = createSandbox(ofPhones);
  const people = createSandbox(trialLimits);
  return {
    files: createOrganizationFiles({ files, renderer, sandbox: phones }),
    trial: createOrganizationFiles({ files, renderer, sandbox: people, cacheBytes: 0 }),
    readTemplate: people.read,
    close: async () => void (await Promise.all([phones.close(), people.close()])),
  };
}
