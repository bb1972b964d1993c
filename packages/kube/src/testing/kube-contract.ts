import { afterAll, beforeAll, describe } from "vitest";
import { type ContractCluster, type Reader, readAs } from "./contract/contract-cluster.ts";
import { controllersContract } from "./contract/controllers.ts";
import { readingContract } from "./contract/reading.ts";
import { writingContract } from "./contract/writing.ts";

export type { ContractCluster } from "./contract/contract-cluster.ts";

/**
 * What this package counts on, shown against an API server. Tests call it at their top level.
 * @param open - gives the cluster; called once, before the tests
 * @example kubeContract("the fake", openFake);
 */
export function kubeContract(name: string, open: () => Promise<ContractCluster>): void {
  describe(`the API server's contract: ${name}`, () => {
    let cluster: ContractCluster;
    let reader: Reader;
    let powerless: Reader;
    beforeAll(async () => {
      cluster = await open();
      reader = readAs(cluster.access);
      powerless = readAs(cluster.powerless);
    });
    afterAll(async () => {
      await powerless[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    });

    readingContract(() => ({ reader, cluster }));
    writingContract(() => ({ reader, powerless, namespace: cluster.namespace }));
    controllersContract(() => ({ reader, namespace: cluster.namespace }));
  });
}
