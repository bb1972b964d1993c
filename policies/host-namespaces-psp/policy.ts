import {
  accept,
  booleanIn,
  definePolicy,
  integerIn,
  type Part,
  partsIn,
  podSpecIn,
  reject,
  rejectUnreadable,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const port = v.pipe(v.number(), v.integer(), v.minValue(-2_147_483_648), v.maxValue(2_147_483_647));
const Settings = v.object({
  allow_host_ipc: v.optional(v.boolean(), false),
  allow_host_network: v.optional(v.boolean(), false),
  allow_host_pid: v.optional(v.boolean(), false),
  /** Both ends are allowed. */
  allow_host_ports: v.optional(v.array(v.object({ min: port, max: port })), []),
});
type Settings = v.InferOutput<typeof Settings>;

export const policy = definePolicy({
  settings: Settings,
  check({ allow_host_ports }) {
    const found = allow_host_ports.find(({ min, max }) => min > max);
    return found && `port min ${found.min} cannot be greater than max ${found.max}`;
  },
  validate: (request, settings) =>
    rejectUnreadable(() => {
      const problem = findProblem(podSpecIn(request), settings);
      return problem === undefined ? accept() : reject(problem);
    }),
});

/** The first problem. All fields are read before one decides, so that none of a wrong type is passed over. */
function findProblem(spec: Part | undefined, settings: Settings): string | undefined {
  const { allow_host_ipc, allow_host_network, allow_host_pid, allow_host_ports } = settings;
  const isUnallowed = (hostPort: number) =>
    !allow_host_ports.some(({ min, max }) => min <= hostPort && hostPort <= max);
  const problems: [string, boolean][] = [
    ["Pod has IPC enabled, but this is not allowed", isOn(spec, "hostIPC") && !allow_host_ipc],
    [
      "Pod has host network enabled, but this is not allowed",
      isOn(spec, "hostNetwork") && !allow_host_network,
    ],
    ["Pod has host PID enabled, but this is not allowed", isOn(spec, "hostPID") && !allow_host_pid],
    [
      "Pod is using unallowed host ports in init containers",
      hostPorts(spec, "initContainers").some(isUnallowed),
    ],
    ["Pod is using unallowed host ports in containers", hostPorts(spec, "containers").some(isUnallowed)],
  ];
  return problems.find(([, found]) => found)?.[0];
}

function isOn(spec: Part | undefined, field: string): boolean {
  return booleanIn(spec, field) === true;
}

function hostPorts(spec: Part | undefined, list: string): number[] {
  return partsIn(spec, list)
    .flatMap((container) => partsIn(container, "ports"))
    .map((containerPort) => integerIn(containerPort, "hostPort"))
    .filter((hostPort) => hostPort !== undefined);
}
