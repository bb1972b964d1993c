import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type KwctlWithRegistry, kwctlWithRegistry, sha256, silent } from "../testing/kwctl-with-registry.ts";
import { annotated, bare } from "../testing/stored-policies.ts";
import { textPolicy } from "../testing/text-policy.ts";

const other = textPolicy({ validate: '{"accepted":false,"message":"other bytes"}' });
const request = JSON.stringify({
  uid: "u1",
  kind: { group: "", version: "v1", kind: "Pod" },
  resource: { group: "", version: "v1", resource: "pods" },
  ...{ operation: "CREATE", userInfo: {}, object: {} },
});
const hex = sha256(bare);

let under: KwctlWithRegistry;
beforeEach(async () => {
  under = await kwctlWithRegistry({ "/r.json": request });
  under.registry.intercept = ({ url = "" }) => {
    if (url === "/web/x.wasm?token=1") return { status: 200, body: bare };
    // what the store lists is no address of it
    return url.startsWith("/web/x.wasm?") ? { status: 200, body: other } : undefined;
  };
});
afterEach(() => under[Symbol.asyncDispose]());

const allowed = `{"uid":"u1","allowed":true,"auditAnnotations":null,"warnings":null}\n`;

/** Somebody lets the tag `latest` name another module. */
const moveLatest = () => under.put("acme/p:latest", other);

describe("a policy that is named by its digest", () => {
  it("kwctl-and-oci 39: is run as it was pulled, from an address with a query", async () => {
    expect(await under.kwctl("pull http://HOST/web/x.wasm?token=1")).toMatchObject(silent);
    expect(await under.kwctl(`run ${hex} -r /r.json`)).toMatchObject({ code: 0, stdout: allowed });
    expect(under.asked("/web/")).toBe(1);
  });

  it("kwctl-and-oci 39: is run as it was pulled, though its tag has moved", async () => {
    await under.kwctl("pull registry://HOST/acme/p:latest");
    moveLatest();
    expect(await under.kwctl(`run ${hex} -r /r.json`)).toMatchObject({ code: 0, stdout: allowed });
  });

  it("kwctl-and-oci 39: is not exchanged for what its address leads to now", async () => {
    await under.kwctl("pull registry://HOST/acme/p:latest");
    moveLatest();
    const { code, stdout, stderr } = await under.kwctl(`run ${hex} -r /r.json --pull-policy=always`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`the policy named by its digest sha256:${hex} came from registry://`);
    expect(stderr).toContain(`which leads to sha256:${sha256(other)} now: name it by its address`);
  });

  it("kwctl-and-oci 39: is the one that is removed and read, not the one at the address the list has", async () => {
    await under.kwctl("pull http://HOST/web/x.wasm?token=1");
    const [line = ""] = (await under.kwctl("policies")).stdout
      .split("\n")
      .filter((each) => each.includes("?"));
    const listed = line.split("|")[1]?.trim() ?? "";
    await under.kwctl(`pull ${listed}`);
    const inspected = await under.kwctl(`inspect ${hex}`);
    expect(inspected.stderr).toContain(`No Kubewarden metadata found inside of '${listed}'.`);
    expect(await under.kwctl(`rm ${hex}`)).toMatchObject(silent);
    const left = (await under.kwctl("policies")).stdout;
    expect(left).not.toContain(hex.slice(0, 12));
    expect(left).toContain(sha256(other).slice(0, 12));
  });

  it("kwctl-and-oci 39: is scaffolded with an address that others can pull, or not at all", async () => {
    under.registry.intercept = () => ({ status: 200, body: annotated });
    await under.kwctl("pull http://HOST/web/x.wasm?token=1");
    const command = `scaffold manifest -t ClusterAdmissionPolicy --title=t ${sha256(annotated)}`;
    const { code, stdout, stderr } = await under.kwctl(command);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(
      "is not the whole address of the policy: name it by the address it was pulled from",
    );
  });
});
