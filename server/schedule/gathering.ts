/**
 * Calls `act` when nothing new came for `quietMs`, at the latest `mostMs` after the first: what is saved together goes
 * together.
 */
export function gather(act: () => void, { mostMs, quietMs }: { readonly mostMs: number; readonly quietMs: number }) {
  let timer: NodeJS.Timeout | undefined;
  let first: number | undefined;
  return {
    note(): void {
      const now = performance.now();
      first ??= now;
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          first = undefined;
          act();
        },
        Math.max(0, Math.min(quietMs, first + mostMs - now)),
      );
      timer.unref();
    },
    stop: () => clearTimeout(timer),
  };
}
