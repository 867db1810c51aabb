internal import Cgroups
internal import ImageStore
internal import LinuxSystem
internal import Primitives

extension Engine {
    /// The files of a container, running or not. While one that doesn't run has its files open, nothing else is done with it.
    func openFiles(of name: String) async throws(EngineError) -> ContainerFiles {
        let container = try containers.find(name)
        if container.state.hasProcess, let files = try await workers.run({ [self] in try openRunning(container) }) {
            return files
        }
        await container.gate.enter()
        do throws(EngineError) {
            try checkExists(container, name: name)
            await finishTeardown(of: container)
            return try await workers.run { [self] in
                if container.state.hasProcess, let files = try openRunning(container) {
                    container.gate.leave()
                    return files
                }
                return try openStopped(container)
            }
        } catch {
            container.gate.leave()
            throw error
        }
    }

    /// Nil when its process has just ended.
    private func openRunning(_ container: Container) throws -> ContainerFiles? {
        let (pid, group) = (container.state.pid, try controlGroup(of: container.record))
        guard pid > 0 else { return nil }
        do {
            let process = FDBox(try ChildProcess.descriptor(of: pid))
            // The number may be another's by now: only the container's own processes are in its group.
            guard try group.processes().contains(pid) else { return nil }
            return ContainerFiles(root: FDBox(try FD.namespaceRoot(of: process)))
        } catch {
            // ESRCH: gone in the meantime; EINVAL for a pidfd of a zombie.
            guard error.errno == 3 || error.errno == 22 else { throw error }
            return nil
        }
    }

    /// Under the gate, which the files leave when they are closed.
    private func openStopped(_ container: Container) throws -> ContainerFiles {
        let record = container.record
        let layer = try images.mounts(containerLayer: record.id)
        guard let mount = layer.first, layer.count == 1 else {
            throw EngineError(.internal, "the root of \(record.id) is not one mount")
        }
        let binds = record.mounts.filter { $0.kind != .tmpfs }.sorted { $0.destination < $1.destination }
        let (root, namespace) = try FD.privateMounts(at: paths.temporary) { () throws(SystemError) in
            try mount.detached()
        } fill: { root throws(SystemError) in
            for bind in binds { try bind.attach(below: root) }
        }
        return ContainerFiles(root: root, namespace: namespace, leaving: container.gate)
    }
}

extension Mount {
    /// Made and attached nowhere.
    func detached() throws(SystemError) -> FD {
        if type == "bind" { return try DetachedMount.clone(source, recursive: true) }
        return try DetachedMount.make(type: type, source: source, options: options)
    }
}

extension ContainerMount {
    /// Mounts it at its place, which is made where it is missing, as at a start. What it was made from may be gone.
    fileprivate func attach(below root: borrowing RootDirectory) throws(SystemError) {
        guard let kind = Self.kind(of: source) else { return }
        let place = try root.open(destination, making: kind == .directory ? .directory : .file)
        let tree = try DetachedMount.clone(source, recursive: isRecursive)
        let isPlain = !isRecursive || options.contains(Self.plainReadOnly)
        if !isWritable { try tree.changeMount(recursive: !isPlain, set: .readOnly, subject: destination) }
        try tree.attachMount(onto: place, subject: destination)
    }

    /// Nil for what is not there.
    private static func kind(of path: String) -> FileStat.Kind? {
        do {
            let file = try FD.open(at: RawPath(path), .path)
            return try file.stat().kind
        } catch {
            return nil
        }
    }
}
