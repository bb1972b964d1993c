import type { MetricRegistry } from "@kubewarden-ts/telemetry";

/** `leader_election_master_status`: 1 on the replica that leads (controller.md 6.2). */
export function observeLeader(registry: MetricRegistry, lease: string, isLeader: () => boolean): void {
  registry.gauge(
    {
      name: "leader_election_master_status",
      description: "Whether this replica leads: 1, else 0",
      valueType: "int",
    },
    () => [{ value: isLeader() ? 1 : 0, attributes: { name: lease } }],
  );
}
