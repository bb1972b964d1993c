import { describe, expect, it } from "vitest";
import { KubeError } from "../errors.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { fakeFiles } from "../testing/fake-files.ts";
import { type LoadClusterAccessOptions, loadClusterAccess } from "./cluster-access.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

function kubeconfig(options: {
  name?: string;
  cluster?: object;
  user?: object;
  current?: string | null;
}): string {
  const { name = "main", cluster = {}, user, current = name } = options;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": current,
    clusters: [{ name: `${name}-cluster`, cluster: { server: `https://${name}.test:6443`, ...cluster } }],
    contexts: [
      { name, context: { cluster: `${name}-cluster`, user: user && `${name}-user`, namespace: "team" } },
    ],
    users: user ? [{ name: `${name}-user`, user }] : null,
  });
}

function load(files: Record<string, string>, options: Partial<LoadClusterAccessOptions> = {}) {
  const { readFile } = fakeFiles(files);
  return loadClusterAccess({
    env: { KUBECONFIG: "/k/config" },
    readFile,
    clock: createFakeClock(),
    ...options,
  });
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KubeError);
  return `${(error as KubeError).code}: ${(error as KubeError).message}`;
}

describe("loadClusterAccess with a kubeconfig", () => {
  it("reads the current context", async () => {
    const cluster = {
      server: "https://main.test:6443/path/",
      "certificate-authority-data": base64("CA"),
      "tls-server-name": "api.internal",
      "proxy-url": "http://proxy.test:3128",
    };
    const user = {
      "client-certificate-data": base64("CERT"),
      "client-key-data": base64("KEY"),
      token: " t\n",
    };
    const access = await load({ "/k/config": kubeconfig({ cluster, user }) });
    expect(access).toMatchObject({
      server: "https://main.test:6443/path",
      origin: 'context "main" of /k/config',
      namespace: "team",
      verifyServer: true,
      serverName: "api.internal",
      proxy: "http://proxy.test:3128",
    });
    expect(await access.credentials()).toEqual({
      headers: { authorization: "Bearer t" },
      tls: { ca: "CA", cert: "CERT", key: "KEY" },
    });
  });

  it("reads YAML", async () => {
    const text = [
      "current-context: a",
      "contexts: [{name: a, context: {cluster: c}}]",
      "clusters:",
      "- name: c",
      "  cluster: {server: 'https://yaml.test', insecure-skip-tls-verify: true}",
      "users:",
    ];
    expect(await load({ "/k/config": text.join("\n") })).toMatchObject({
      server: "https://yaml.test",
      verifyServer: false,
      namespace: "default",
    });
  });

  it("reads files relative to the kubeconfig", async () => {
    const user = { "client-certificate": "pki/c.pem", "client-key": "/abs/k.pem", tokenFile: "../token" };
    const access = await load({
      "/k/config": kubeconfig({ cluster: { "certificate-authority": "pki/ca.pem" }, user }),
      "/k/pki/ca.pem": "CA",
      "/k/pki/c.pem": "CERT",
      "/abs/k.pem": "KEY",
      "/token": "from-file\n",
    });
    expect(await access.credentials()).toEqual({
      headers: { authorization: "Bearer from-file" },
      tls: { ca: "CA", cert: "CERT", key: "KEY" },
    });
  });

  it.each([
    ["a name and a password", { username: "u", password: "p" }, { authorization: `Basic ${base64("u:p")}` }],
    [
      "somebody to act as, with everything that says who that is",
      {
        token: "t",
        as: "jane",
        "as-uid": "7",
        "as-groups": ["a", "b"],
        "as-user-extra": { "Example.test/X": ["1", "2"] },
      },
      {
        authorization: "Bearer t",
        "impersonate-user": "jane",
        "impersonate-uid": "7",
        "impersonate-group": ["a", "b"],
        "impersonate-extra-example.test%2Fx": ["1", "2"],
      },
    ],
    ["nothing", {}, {}],
  ])("sends %s", async (_row, user, headers) => {
    expect((await (await load({ "/k/config": kubeconfig({ user }) })).credentials()).headers).toEqual(
      headers,
    );
  });

  it("merges several files: the first wins, missing ones are passed over", async () => {
    const access = await load(
      {
        "/a": kubeconfig({ name: "a", current: null, user: { token: "first" } }),
        "/b": kubeconfig({ name: "a", cluster: { server: "https://other.test" }, user: { token: "second" } }),
        "/c": kubeconfig({ name: "c" }),
      },
      { env: { KUBECONFIG: "/missing:/a:/b::/c" } },
    );
    expect(access.server).toBe("https://a.test:6443");
    expect((await access.credentials()).headers).toEqual({ authorization: "Bearer first" });
  });

  it("looks into the home folder", async () => {
    const files = { "/home/me/.kube/config": kubeconfig({ name: "home" }) };
    expect((await load(files, { env: { HOME: "/home/me" } })).server).toBe("https://home.test:6443");
  });

  it("takes the file it is told, whatever the environment says", async () => {
    const files = { "/mine": kubeconfig({ name: "mine" }), "/k/config": kubeconfig({}) };
    expect((await load(files, { kubeconfigPath: "/mine" })).server).toBe("https://mine.test:6443");
    const env = { KUBERNETES_SERVICE_HOST: "10.0.0.1" };
    expect(await messageOf(load({}, { kubeconfigPath: "/mine", env }))).toMatch("looked at /mine");
  });

  it.each([
    ["{", "kubeconfig /k/config is not YAML: "],
    [
      '{"clusters":[{"name":"a"}]}',
      "kubeconfig /k/config: clusters[0].cluster: expected a value, received nothing",
    ],
    ['{"current-context":"x"}', 'kubeconfig /k/config: there is no context "x"'],
    [
      '{"current-context":"x","contexts":[{"name":"x","context":{"cluster":"c"}}]}',
      'kubeconfig /k/config: context "x" names the cluster "c", which is missing',
    ],
    [
      '{"current-context":"x","contexts":[{"name":"x","context":{"cluster":"c","user":"u"}}],"clusters":[{"name":"c","cluster":{"server":"https://a.test"}}]}',
      'kubeconfig /k/config: context "x" names the user "u", which is missing',
    ],
    [
      kubeconfig({ cluster: { server: "ftp://a.test" } }),
      'kubeconfig /k/config: server "ftp://a.test" of context "main" is no HTTP(S) URL',
    ],
    [
      kubeconfig({ cluster: { "proxy-url": "socks5://secret@p.test" } }),
      "proxy-url of the kubeconfig is no proxy that can be used: it must begin with http:// or https://",
    ],
  ])("refuses %s", async (text, message) => {
    expect(await messageOf(load({ "/k/config": text }))).toMatch(`KUBE_CONFIG_INVALID: ${message}`);
  });

  it("says what could not be read", async () => {
    const readFile = async () => {
      throw Object.assign(new Error("EACCES"), { code: "EACCES", errno: -13 });
    };
    expect(await messageOf(load({}, { readFile }))).toBe(
      "KUBE_CONFIG_INVALID: cannot read kubeconfig /k/config: Permission denied (os error 13)",
    );
  });

  it.each([
    [{ tokenFile: "token" }, {}, "cannot read tokenFile /k/token: No such file or directory (os error 2)"],
    [{ tokenFile: "token" }, { "/k/token": "\n" }, "tokenFile /k/token is empty"],
    [{ "client-key": "k" }, {}, "cannot read client-key /k/k: No such file or directory (os error 2)"],
  ])("fails at the first request, not before, with %j", async (user, more, message) => {
    const access = await load({ "/k/config": kubeconfig({ user }), ...more });
    expect(await messageOf(access.credentials())).toBe(`KUBE_CREDENTIALS_UNAVAILABLE: ${message}`);
  });
});

describe("loadClusterAccess in a pod", () => {
  const folder = "/var/run/secrets/kubernetes.io/serviceaccount";
  const mounted = {
    [`${folder}/token`]: "pod-token",
    [`${folder}/ca.crt`]: "CA",
    [`${folder}/namespace`]: "kubewarden\n",
  };
  const env = {
    KUBERNETES_SERVICE_HOST: "10.96.0.1",
    KUBERNETES_SERVICE_PORT: "443",
    HTTPS_PROXY: "http://proxy.test",
  };

  it("takes the service account, and no proxy", async () => {
    const access = await load(mounted, { env });
    expect(access).toMatchObject({
      server: "https://10.96.0.1:443",
      origin: "the service account of this pod",
      namespace: "kubewarden",
      verifyServer: true,
      proxy: undefined,
    });
    expect(await access.credentials()).toEqual({
      headers: { authorization: "Bearer pod-token" },
      tls: { ca: "CA" },
    });
  });

  it("writes an IPv6 address as URLs do", async () => {
    const ipv6 = { KUBERNETES_SERVICE_HOST: "fd00::1" };
    expect((await load(mounted, { env: ipv6 })).server).toBe("https://[fd00::1]:443");
  });

  it("prefers a kubeconfig, unless that names no current context", async () => {
    const both = { ...env, KUBECONFIG: "/k/config" };
    expect((await load({ ...mounted, "/k/config": kubeconfig({}) }, { env: both })).server).toBe(
      "https://main.test:6443",
    );
    expect((await load({ ...mounted, "/k/config": "" }, { env: both })).server).toBe("https://10.96.0.1:443");
  });

  it("says what is missing", async () => {
    expect(await messageOf(load({}, { env }))).toBe(
      `KUBE_CONFIG_INVALID: inside a pod, but cannot read the service account's token ${folder}/token: No such file or directory (os error 2) (is automountServiceAccountToken off?)`,
    );
  });

  it.each([
    [{}, "neither KUBECONFIG nor HOME is set, and not inside a pod (no KUBERNETES_SERVICE_HOST)"],
    [
      { HOME: "/h" },
      "no kubeconfig with a current context (looked at /h/.kube/config), and not inside a pod (no KUBERNETES_SERVICE_HOST)",
    ],
  ])("says what it looked for in %j", async (nothing, message) => {
    expect(await messageOf(load({}, { env: nothing }))).toBe(`KUBE_CONFIG_INVALID: ${message}`);
  });
});

describe("credentials in files", () => {
  const user = { tokenFile: "/token" };

  it("are read again after a minute, and when the API server refused them", async () => {
    const clock = createFakeClock();
    const { files, readFile } = fakeFiles({ "/k/config": kubeconfig({ user }), "/token": "one" });
    const access = await load({}, { readFile, clock });
    const token = async () => (await access.credentials()).headers["authorization"];
    expect(await token()).toBe("Bearer one");
    files["/token"] = "two";
    expect(await token()).toBe("Bearer one");
    await clock.advance(60_000);
    expect(await token()).toBe("Bearer two");
    files["/token"] = "three";
    access.forgetCredentials();
    expect(await token()).toBe("Bearer three");
  });

  it("stay in use while their file cannot be read, unless the API server refused them", async () => {
    const clock = createFakeClock();
    const { files, readFile } = fakeFiles({ "/k/config": kubeconfig({ user }), "/token": "one" });
    const access = await load({}, { readFile, clock });
    await access.credentials();
    delete files["/token"];
    await clock.advance(60_000);
    expect((await access.credentials()).headers).toEqual({ authorization: "Bearer one" });
    access.forgetCredentials();
    expect(await messageOf(access.credentials())).toMatch("KUBE_CREDENTIALS_UNAVAILABLE");
  });

  it("are read once for many who ask at the same time", async () => {
    const { readFile } = fakeFiles({ "/k/config": kubeconfig({ user }), "/token": "one" });
    let reads = 0;
    const counting = (path: string) => {
      if (path === "/token") reads++;
      return readFile(path);
    };
    const access = await load({}, { readFile: counting });
    await Promise.all(Array.from({ length: 10 }, () => access.credentials()));
    expect(reads).toBe(1);
  });
});
