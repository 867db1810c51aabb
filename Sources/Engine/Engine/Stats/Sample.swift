internal import APIModel
internal import Cgroups
internal import ContainerNetwork
internal import LinuxSystem
internal import Primitives

extension Engine {
    /// The counters of this moment; no more than name and id when there is no process.
    func sample(_ container: Container) async -> ContainerStats {
        await withCheckedContinuation { continuation in
            samplers.submit { [self] in continuation.resume(returning: sampleNow(container)) }
        }
    }

    /// Blocking: some fifteen small files.
    private func sampleNow(_ container: Container) -> ContainerStats {
        let record = container.record
        let idle = ContainerStats(name: "/" + record.name, id: record.id)
        guard record.state.hasProcess, let group = try? controlGroup(of: record) else { return idle }
        var sample = idle
        sample.read = Timestamp.now().description
        sample.take(group.stats(), machineMemory: UInt64(HostFacts.memoryTotal))
        // At once, as the two are divided by each other.
        if let machine = (try? HostFile.read("/proc/stat")).flatMap(ProcessorTime.init) {
            sample.cpu.system = machine.nanoseconds
            sample.cpu.onlineCPUs = UInt32(clamping: machine.processors)
        }
        sample.networks = interfaces(of: record)
        // What a process that ended meanwhile left behind means nothing, and its number may be another's by now.
        let state = container.state
        return state.hasProcess && state.pid == record.state.pid ? sample : idle
    }

    /// Those that are ends of networks; there are none on the host's own.
    private func interfaces(of record: ContainerRecord) -> [String: InterfaceStats] {
        let names = Set(networkOwner(of: record).sandbox?.endpoints.map(\.interface) ?? [])
        guard !names.isEmpty, let table = try? HostFile.read("/proc/\(record.state.pid)/net/dev") else { return [:] }
        return InterfaceTable.parse(table).filter { names.contains($0.key) }
    }

    /// Whose network it is in: its own, or another container's that it has joined.
    private func networkOwner(of record: ContainerRecord) -> ContainerRecord {
        var owner = record
        // Docker lets one join who has joined a third; a ring can't run.
        for _ in 0..<16 {
            guard owner.hostConfig.networkMode.hasPrefix("container:") else { return owner }
            let name = String(owner.hostConfig.networkMode.dropFirst("container:".count))
            guard let next = try? containers.find(name) else { return owner }
            owner = next.record
        }
        return owner
    }
}
