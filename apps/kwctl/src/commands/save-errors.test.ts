import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failure, type KwctlWithRegistry, kwctlWithRegistry } from "../testing/kwctl-with-registry.ts";
import { annotated } from "../testing/stored-policies.ts";
import { packed } from "./save.ts";

let under: KwctlWithRegistry;
const kwctl: KwctlWithRegistry["kwctl"] = (line, options) => under.kwctl(line, options);
beforeEach(async () => {
  under = await kwctlWithRegistry();
  await kwctl("pull HOST/acme/p:v1");
});
afterEach(() => under[Symbol.asyncDispose]());

describe("kwctl save", () => {
  it("kwctl-and-oci 4: names the file that it cannot make", async () => {
    const noFolder = Object.assign(new Error("ENOENT: no such file or directory"), {
      ...{ code: "ENOENT", errno: -2 },
    });
    const files = { ...under.files, writeFile: () => Promise.reject(noFolder) };
    expect(await kwctl("save HOST/acme/p:v1 -o /none/x.tgz", { files })).toMatchObject(
      failure("cannot create file /none/x.tgz: No such file or directory (os error 2)", under),
    );
  });

  it("kwctl-and-oci 4: names the policy that it cannot open", async () => {
    const path = join(under.store, "registry", under.registry.host, "acme/p:v1");
    await writeFile(path, "something else");
    const reason = `${path} is not the module that was written: remove it, or pull it again`;
    expect(await kwctl("save HOST/acme/p:v1 -o /x.tgz")).toMatchObject(
      failure(`cannot open policy file registry://HOST/acme/p:v1: ${reason}`, under),
    );
    expect(under.files.written.has("/x.tgz")).toBe(false);
  });

  it("kwctl-and-oci 4: names the policy that it cannot put into the archive", async () => {
    const policy = {
      uri: "registry://host.test/p:v1",
      path: "/p",
      segments: ["registry", "host.test", "p:v1"],
    };
    const files = packed([policy], {
      read: async () => ({ bytes: annotated, path: "/p", digest: "sha256:aa" }),
      about: () => Promise.reject(new Error("it is gone")),
      manifests: async () => [],
    });
    await expect(files.next()).rejects.toThrow(
      /^cannot append policy registry:\/\/host\.test\/p:v1 to tar file: it is gone$/,
    );
  });
});
