/**
 * Lets so many through in one turn of the event loop; the others wait for the next ones, in order. What two thousand ask
 * for in the same moment would otherwise be worked out in one go, and nobody else be heard meanwhile.
 */
export class FewAtATurn {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #left: number;
  #isNextTurnSet = false;

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  /** Undefined where nothing has to be waited for. */
  take(): Promise<void> | undefined {
    this.#setNextTurn();
    if (this.#left > 0) {
      this.#left -= 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #setNextTurn(): void {
    if (this.#isNextTurnSet) return;
    this.#isNextTurnSet = true;
    setImmediate(() => {
      this.#isNextTurnSet = false;
      const next = this.#waiting.splice(0, this.#most);
      this.#left = this.#most - next.length;
      for (const pass of next) pass();
      if (next.length > 0) this.#setNextTurn();
    });
  }
}
