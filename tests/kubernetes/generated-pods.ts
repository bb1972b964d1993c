// Pods that the API server takes for valid, most of them compliant, some with a few violations of the Pod Security
// Standards.
import fc from "fast-check";

/** A Pod as JSON. */
export type GeneratedPod = Record<string, unknown>;

interface Fields {
  [name: string]: unknown;
}

interface Draft {
  volumes: Fields[];
  annotations: Record<string, string>;
  spec: Fields;
  /** Of the pod. */
  context: Fields;
  containers: Fields[];
  initContainers: Fields[];
}

/** One thing that is not as in a plain pod: harmless or a violation. */
type Change = (draft: Draft) => void;

/** The containers a change may go to, by a number of any size. */
type ContainerChange = (container: Fields, context: Fields) => void;

const oneOf = <Value>(...values: Value[]) => fc.constantFrom(...values);

const volumeSources: readonly Fields[] = [
  { hostPath: { path: "/" } },
  { nfs: { server: "nfs.test", path: "/" } },
  { iscsi: { targetPortal: "1.2.3.4", iqn: "iqn.2026-01.test:disk", lun: 0 } },
  { flexVolume: { driver: "test/driver" } },
  { glusterfs: { endpoints: "e", path: "p" } },
  { fc: { targetWWNs: ["w"], lun: 1 } },
  { emptyDir: {} },
  { configMap: { name: "c" } },
  { secret: { secretName: "s" } },
  { projected: { sources: [{ configMap: { name: "c" } }] } },
  { downwardAPI: { items: [{ path: "p", fieldRef: { fieldPath: "metadata.name" } }] } },
  { csi: { driver: "test.driver" } },
  { persistentVolumeClaim: { claimName: "c" } },
  { image: { reference: "registry.test/data:1" } },
];

const sysctlNames = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "kernel.msgmax",
];

const seLinuxOptions: readonly Fields[] = [
  {},
  { type: "container_t" },
  { type: "container_engine_t" },
  { type: "spc_t", level: "s0:c1" },
  { user: "system_u" },
  { role: "system_r", type: "container_kvm_t" },
];

const profile = fc.oneof(
  { weight: 2, arbitrary: oneOf<Fields>({ type: "RuntimeDefault" }) },
  oneOf<Fields>({ type: "Unconfined" }, { type: "Localhost", localhostProfile: "profiles/a.json" }),
);

const appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/c0";
const annotatedAppArmor: ReadonlyMap<string, Fields> = new Map([
  ["unconfined", { type: "Unconfined" }],
  ["runtime/default", { type: "RuntimeDefault" }],
  ["localhost/a", { type: "Localhost", localhostProfile: "a" }],
]);

const host = oneOf("", "127.0.0.1", "web.test");
const action = fc.oneof(
  host.map((name) => ({ httpGet: { port: 80, ...(name === "" ? {} : { host: name }) } })),
  host.map((name) => ({ tcpSocket: { port: 80, ...(name === "" ? {} : { host: name }) } })),
  oneOf<Fields>({ exec: { command: ["true"] } }),
);

/** Changes of the pod as a whole. */
const podChange: fc.Arbitrary<Change> = fc.oneof(
  oneOf("hostNetwork", "hostPID", "hostIPC").map((name) => ({ spec }: Draft) => {
    spec[name] = true;
  }),
  oneOf(true, false).map((value) => ({ spec }: Draft) => {
    spec["hostUsers"] = value;
  }),
  oneOf(...volumeSources).map((source) => ({ volumes }: Draft) => {
    volumes.push({ name: `v${volumes.length}`, ...source });
  }),
  fc.subarray(sysctlNames, { minLength: 1 }).map((names) => ({ context }: Draft) => {
    context["sysctls"] = names.map((name) => ({ name, value: "1" }));
  }),
  oneOf(undefined, true, false).map((value) => ({ context }: Draft) => {
    context["runAsNonRoot"] = value;
  }),
  oneOf(0, 1000).map((value) => ({ context }: Draft) => {
    context["runAsUser"] = value;
  }),
  fc.option(profile, { nil: undefined }).map((value) => ({ context }: Draft) => {
    context["seccompProfile"] = value;
  }),
  profile.map((value) => ({ context }: Draft) => {
    context["appArmorProfile"] = value;
  }),
  oneOf(...seLinuxOptions).map((value) => ({ context }: Draft) => {
    context["seLinuxOptions"] = value;
  }),
  oneOf(...annotatedAppArmor.keys()).map((value) => ({ annotations }: Draft) => {
    annotations[appArmorAnnotation] = value;
  }),
  oneOf("unconfined", "docker/default").map((value) => ({ annotations }: Draft) => {
    annotations["seccomp.security.alpha.kubernetes.io/pod"] = value;
    annotations["container.seccomp.security.alpha.kubernetes.io/c0"] = value;
  }),
);

/** Changes of one container or init container. */
const containerChange: fc.Arbitrary<ContainerChange> = fc.oneof(
  oneOf(undefined, true, false).map((value) => (_container: Fields, context: Fields) => {
    context["privileged"] = value;
  }),
  oneOf(undefined, true, false).map((value) => (_container: Fields, context: Fields) => {
    context["allowPrivilegeEscalation"] = value;
  }),
  fc
    .record({
      add: fc.subarray(["NET_BIND_SERVICE", "KILL", "CHOWN", "NET_RAW", "SYS_TIME"]),
      drop: oneOf<string[]>(["ALL"], [], ["NET_RAW"], ["KILL", "ALL"]),
    })
    .map((value) => (_container: Fields, context: Fields) => {
      context["capabilities"] = value;
    }),
  oneOf(undefined, true, false).map((value) => (_container: Fields, context: Fields) => {
    context["runAsNonRoot"] = value;
  }),
  oneOf(0, 1000).map((value) => (_container: Fields, context: Fields) => {
    context["runAsUser"] = value;
  }),
  profile.map((value) => (_container: Fields, context: Fields) => {
    context["seccompProfile"] = value;
  }),
  profile.map((value) => (_container: Fields, context: Fields) => {
    context["appArmorProfile"] = value;
  }),
  oneOf(...seLinuxOptions).map((value) => (_container: Fields, context: Fields) => {
    context["seLinuxOptions"] = value;
  }),
  oneOf("Default", "Unmasked").map((value) => (_container: Fields, context: Fields) => {
    context["procMount"] = value;
  }),
  oneOf(0, 8080, 9090).map((port) => (container: Fields) => {
    container["ports"] = [
      { containerPort: port === 0 ? 80 : port, ...(port === 0 ? {} : { hostPort: port }) },
    ];
  }),
  fc.tuple(oneOf("livenessProbe", "readinessProbe", "startupProbe"), action).map(([name, value]) => {
    return (container: Fields) => {
      container[name] = value;
    };
  }),
  fc.tuple(oneOf("postStart", "preStop"), action).map(([name, value]) => (container: Fields) => {
    container["lifecycle"] = { [name]: value };
  }),
);

const change: fc.Arbitrary<Change> = fc.oneof(
  podChange,
  fc.tuple(containerChange, fc.nat()).map(([edit, index]) => ({ containers, initContainers }: Draft) => {
    const all = [...containers, ...initContainers];
    const container = all[index % all.length] ?? {};
    const context: Fields = {};
    edit(container, context);
    container["securityContext"] = { ...Object(container["securityContext"]), ...context };
  }),
);

const linuxPod = fc
  .record({
    containers: oneOf(1, 1, 2),
    initContainers: oneOf(0, 0, 1),
    changes: fc.array(change, { maxLength: 4 }),
  })
  .map(({ containers, initContainers, changes }) => {
    const draft = plainPod(containers, initContainers);
    for (const apply of changes) apply(draft);
    return finished(withoutContradictions(draft));
  });

/** The API server refuses every other security field in Pods of Windows. */
const windowsPod = fc
  .record({ hostProcess: oneOf(undefined, false, true), runAsNonRoot: oneOf(undefined, true) })
  .map(({ hostProcess, runAsNonRoot }): GeneratedPod => {
    const draft = plainPod(1, 0);
    const windowsOptions = hostProcess === undefined ? {} : { windowsOptions: { hostProcess } };
    draft.context = { runAsNonRoot, ...windowsOptions };
    draft.containers = [{ name: "c0", image: "registry.test/app:1" }];
    draft.spec["os"] = { name: "windows" };
    if (hostProcess) draft.spec["hostNetwork"] = true;
    return finished(draft);
  });

/** Valid pods, nine of ten of Linux. */
export const generatedPod: fc.Arbitrary<GeneratedPod> = fc.oneof(
  { weight: 9, arbitrary: linuxPod },
  { weight: 1, arbitrary: windowsPod },
);

function plainPod(containers: number, initContainers: number): Draft {
  const container = (name: string): Fields => ({
    name,
    image: "registry.test/app:1",
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  });
  return {
    volumes: [],
    annotations: {},
    spec: {},
    context: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: Array.from({ length: containers }, (_none, index) => container(`c${index}`)),
    initContainers: Array.from({ length: initContainers }, (_none, index) => container(`i${index}`)),
  };
}

/** Leaves out what the API server does not take together. */
function withoutContradictions(draft: Draft): Draft {
  const { spec, context, containers, initContainers, annotations } = draft;
  const contexts = [...containers, ...initContainers].map(
    ({ securityContext }): Fields => Object(securityContext),
  );
  for (const one of contexts) if (one["privileged"] === true) delete one["allowPrivilegeEscalation"];
  if (contexts.some((one) => one["procMount"] === "Unmasked")) spec["hostUsers"] = false;
  if (spec["hostUsers"] === false)
    for (const name of ["hostNetwork", "hostPID", "hostIPC"]) delete spec[name];
  if (spec["hostNetwork"] === true || spec["hostIPC"] === true) delete context["sysctls"];
  for (const container of initContainers) {
    for (const name of ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"])
      delete container[name];
  }
  if (spec["hostNetwork"] === true) {
    // The API server would set their host ports.
    for (const container of [...containers, ...initContainers]) delete container["ports"];
  }
  if (annotations["seccomp.security.alpha.kubernetes.io/pod"] !== undefined) {
    for (const one of [context, ...contexts]) delete one["seccompProfile"];
  }
  const annotated = annotatedAppArmor.get(annotations[appArmorAnnotation] ?? "");
  // The API server sets the field that says the same, and refuses another one.
  if (annotated !== undefined && contexts[0]) contexts[0]["appArmorProfile"] = annotated;
  return draft;
}

function finished({ annotations, spec, context, ...lists }: Draft): GeneratedPod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "generated", annotations },
    spec: { ...spec, securityContext: context, ...lists },
  };
}
