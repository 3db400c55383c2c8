import type pg from "pg";
import type { Failure } from "../domain/failures.ts";
import { databaseFailure } from "./postgres-failures.ts";
import { Turns } from "./turns.ts";

/** One connection, borrowed from the pool for one transaction. Statements run one after another. */
export class PostgresSession {
  readonly #client: pg.PoolClient;
  readonly #turns = new Turns();
  #failure: Failure | undefined;

  private constructor(client: pg.PoolClient) {
    this.#client = client;
    // A borrowed connection that breaks while it is idle would otherwise end the process.
    client.on("error", this.#onError);
  }

  static async borrow(pool: pg.Pool): Promise<PostgresSession> {
    try {
      return new PostgresSession(await pool.connect());
    } catch (thrown) {
      throw databaseFailure(thrown);
    }
  }

  /** The first failure of a statement. Once there is one, every further statement fails with it. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  ask<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#turns.run(async () => {
      if (this.#failure !== undefined) {
        throw this.#failure;
      }
      try {
        const { rows } = await this.#client.query(text, [...values]);
        return rows as Row[];
      } catch (thrown) {
        this.#failure ??= databaseFailure(thrown);
        throw this.#failure;
      }
    });
  }

  /** Gives the connection back after a commit. */
  giveBack(): void {
    this.#client.off("error", this.#onError);
    this.#client.release();
  }

  /** Rolls back and gives the connection back; one that cannot even do that is closed. */
  async rollBack(): Promise<void> {
    const isSound = await this.#turns.run(async () =>
      this.#client.query("ROLLBACK").then(
        () => true,
        () => false,
      ),
    );
    this.#client.off("error", this.#onError);
    this.#client.release(!isSound);
  }

  readonly #onError = (thrown: unknown): void => {
    this.#failure ??= databaseFailure(thrown);
  };
}
