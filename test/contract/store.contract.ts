import { afterEach, beforeEach, describe } from "vitest";
import { describeDocuments } from "./store-documents.contract.ts";
import { describeFind } from "./store-find.contract.ts";
import { type OpenStores, StorePlace } from "./store-place.ts";
import { describeTransactions } from "./store-transactions.contract.ts";

/** The product's promise about a store, checked against one implementation. `createPlace` makes a new, empty place. */
export function describeStore(name: string, createPlace: () => Promise<OpenStores>): void {
  describe(`${name}`, () => {
    const place = new StorePlace();

    beforeEach(async () => {
      await place.open(await createPlace());
    });

    afterEach(() => place.close());

    describeDocuments(place);
    describeFind(place);
    describeTransactions(place);
  });
}
