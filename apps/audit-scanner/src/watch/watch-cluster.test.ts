import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "@kubewarden-ts/base";
import { statusAnswer } from "@kubewarden-ts/kube/testing";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { describe, expect, it } from "vitest";
import { accepting, startFakePolicyServer } from "../evaluation/testing/fake-policy-server.ts";
import { cap, namespace, object, service } from "../scan/testing/scan-fixtures.ts";
import { logLines } from "../testing/scanned-cluster.ts";
import { type ScannerGround, scannerGround } from "../testing/scanner-in-process.ts";
import { hurried, until, watching } from "./testing/watching.ts";

const denying = JSON.stringify({ response: { uid: "", allowed: false, status: { message: "no" } } });

/** A Pod with a UID that can be the name of a report. */
function podNamed(name: string, space = "shop") {
  const { metadata, ...rest } = object("v1 Pod", `${space}/${name}`);
  return { ...rest, metadata: { ...metadata, uid: `uid-of-${name}` } };
}

/** The reports of what is in namespaces, and what their results are. */
function reportsIn(ground: ScannerGround): () => readonly string[] {
  return () =>
    ground.api
      .stored({ apiVersion: "wgpolicyk8s.io/v1alpha2", kind: "PolicyReport" })
      .map(({ metadata, ["results"]: results }) => {
        const outcomes = (results as { result: string }[]).map(({ result }) => result);
        return `${metadata.namespace} ${metadata.name}: ${outcomes.join()}`;
      });
}

describe("--watch", () => {
  it("scans, then keeps reports current when objects and policies come, and ends with 0", async () => {
    const objects = [
      namespace("shop"),
      namespace("other"),
      podNamed("web"),
      podNamed("far", "other"),
      cap("a"),
    ];
    await using ground = await scannerGround(objects, ({ path }) =>
      path.includes("b") ? denying : accepting,
    );
    const { exitCode, stdout, stderr } = await watching(ground, [], async () => {
      const reports = reportsIn(ground);
      await until(reports, ["other uid-of-far: pass", "shop uid-of-web: pass"]);
      ground.api.put(podNamed("new"));
      await until(reports, ["other uid-of-far: pass", "shop uid-of-new: pass", "shop uid-of-web: pass"]);
      ground.api.put(cap("b"));
      await until(reports, [
        "other uid-of-far: pass,fail",
        "shop uid-of-new: pass,fail",
        "shop uid-of-web: pass,fail",
      ]);
      ground.api.remove(cap("a"));
      await until(reports, ["other uid-of-far: fail", "shop uid-of-new: fail", "shop uid-of-web: fail"]);
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(logLines(stdout).at(-1)).toMatchObject({ message: "watch stopped" });
  });

  it("reads an object that changed and its report, and lists nothing again", async () => {
    const objects = [namespace("shop"), podNamed("web"), cap("a")];
    await using ground = await scannerGround(objects, async ({ body }) =>
      body.includes('"bad"') ? denying : accepting,
    );
    await watching(ground, [], async () => {
      const reports = reportsIn(ground);
      await until(reports, ["shop uid-of-web: pass"]);
      // the service is not waited for: this is a look that knows that it is watched
      await ground.api.until(() => ground.api.watches.some(({ path }) => path.endsWith("/services")));
      ground.api.put(podNamed("new"));
      await until(reports, ["shop uid-of-new: pass", "shop uid-of-web: pass"]);
      const start = ground.api.requests.length;
      ground.api.put({ ...podNamed("web"), spec: { bad: true } });
      await until(reports, ["shop uid-of-new: pass", "shop uid-of-web: fail"]);
      const calls = ground.api.requests.slice(start).map(({ method, path }) => `${method} ${path}`);
      const report = "/apis/wgpolicyk8s.io/v1alpha2/namespaces/shop/policyreports/uid-of-web";
      expect(calls).toEqual(["GET /api/v1/namespaces/shop/pods/web", `GET ${report}`, `PATCH ${report}`]);
    });
  });

  it("audit-and-reports 14: lists where it may not read a single object", async () => {
    await using ground = await scannerGround([namespace("shop"), podNamed("web"), cap("a")]);
    const path = "/api/v1/namespaces/shop/pods/new";
    ground.api.answerAlways({ path }, statusAnswer(403, "Forbidden", "not for you"));
    await watching(ground, [], async () => {
      const reports = reportsIn(ground);
      await until(reports, ["shop uid-of-web: pass"]);
      ground.api.put(podNamed("new"));
      await until(reports, ["shop uid-of-new: pass", "shop uid-of-web: pass"]);
      expect(ground.api.count({ path })).toBe(1);
    });
  });

  it("audit-and-reports 10: tries an object without a verdict again after a minute", async () => {
    let isDown = true;
    await using ground = await scannerGround([namespace("shop"), podNamed("web"), cap("a")], ({ body }) =>
      isDown && body.includes('"new"') ? { status: 500, body: "broken" } : accepting,
    );
    const minute = Promise.withResolvers<void>();
    const clock: Clock = {
      now: () => systemClock.now(),
      sleep: (ms, options) => (ms === 60_000 ? minute.promise : hurried.sleep(ms, options)),
    };
    await watching(
      ground,
      [],
      async () => {
        const reports = reportsIn(ground);
        await until(reports, ["shop uid-of-web: pass"]);
        ground.api.put(podNamed("new"));
        await until(reports, ["shop uid-of-new: error", "shop uid-of-web: pass"]);
        isDown = false;
        minute.resolve();
        await until(reports, ["shop uid-of-new: pass", "shop uid-of-web: pass"]);
      },
      clock,
    );
  });

  it("asks policy servers where their Services are now", async () => {
    await using ground = await scannerGround([namespace("shop"), podNamed("web"), cap("a")]);
    const path = "/api/v1/namespaces/kubewarden/services";
    const lists = () => ground.api.count({ path, watch: false });
    await watching(ground, [], async () => {
      const reports = reportsIn(ground);
      await until(reports, ["shop uid-of-web: pass"]);
      await ground.api.until(() => ground.api.watches.some((each) => each.path === path));
      const looks = () => ground.api.count({ path: "/api/v1/namespaces/shop/pods/web" });
      const lookAgain = async (): Promise<void> => {
        const before = looks();
        ground.api.put(podNamed("web"));
        await ground.api.until(() => looks() > before);
      };
      await lookAgain();
      await lookAgain();
      const known = lists();
      await lookAgain();
      expect(lists()).toBe(known);
      ground.api.put(service());
      // the change is told by another connection than that of the object
      while (lists() === known) await lookAgain();
    });
  });

  it("audit-and-reports 13: shows a client certificate that came since", async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), "audit-watch-"));
    stack.defer(() => rm(folder, { recursive: true }));
    const root = issueCertificate("root", { authority: true });
    const { cert, key } = issueCertificate("server", { issuer: root });
    const server = stack.use(
      await startFakePolicyServer(() => accepting, { cert, key, ca: root.cert, requestCert: true }),
    );
    const files = { "--client-cert": join(folder, "tls.crt"), "--client-key": join(folder, "tls.key") };
    const identify = async (pair: { cert: string; key: string }): Promise<void> => {
      await writeFile(files["--client-cert"], pair.cert);
      await writeFile(files["--client-key"], pair.key);
    };
    await identify(issueCertificate("stranger", { issuer: issueCertificate("other", { authority: true }) }));
    const ground = stack.use(await scannerGround([namespace("shop"), podNamed("web"), cap("a")]));
    const argv = ["-u", server.url, "--insecure-ssl", ...Object.entries(files).flat()];
    await watching(ground, argv, async () => {
      const reports = reportsIn(ground);
      await until(reports, ["shop uid-of-web: error"]);
      await identify(issueCertificate("client", { issuer: root }));
      ground.api.put(podNamed("web"));
      await until(reports, ["shop uid-of-web: pass"]);
    });
  });

  it("with -n looks at that namespace only", async () => {
    const objects = [
      namespace("shop"),
      namespace("other"),
      podNamed("web"),
      podNamed("far", "other"),
      cap("a"),
    ];
    await using ground = await scannerGround(objects);
    await watching(ground, ["-n", "shop"], async () => {
      const reports = reportsIn(ground);
      await until(reports, ["shop uid-of-web: pass"]);
      ground.api.put(podNamed("more", "other"));
      ground.api.put(podNamed("new"));
      await until(reports, ["shop uid-of-new: pass", "shop uid-of-web: pass"]);
      ground.api.put(cap("b"));
      await until(reports, ["shop uid-of-new: pass,pass", "shop uid-of-web: pass,pass"]);
      ground.api.put(podNamed("last"));
      await until(reports, [
        ...["shop uid-of-last: pass,pass", "shop uid-of-new: pass,pass", "shop uid-of-web: pass,pass"],
      ]);
    });
  });
});
