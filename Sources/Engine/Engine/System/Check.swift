public import APIModel
internal import ImageStore
public import Primitives
internal import Synchronization

extension Engine {
    /// Compares what is kept with what it should be; see `ImageStore.check`. Ends early when the caller's task is
    /// cancelled.
    public func checkStore(_ report: @escaping @Sendable (CheckedObject) -> Void) async throws(EngineError) {
        let isLeft = Cancellation()
        do {
            try await withTaskCancellationHandler {
                try await workers.run { [self] in
                    try images.check { finding in
                        report(CheckedObject(finding))
                        return !isLeft.isSet
                    }
                    if !isLeft.isSet { checkContainers(report) }
                }
            } onCancel: {
                isLeft.set()
            }
        } catch {
            throw EngineError(wrapping: error)
        }
    }

    /// A container's layer is made before its row and removed after it.
    private func checkContainers(_ report: (CheckedObject) -> Void) {
        let records = containers.all().map(\.record).filter { $0.driver == images.driverName }
        let layers = Set(images.containerLayers())
        for record in records
        where !layers.contains(record.id) && containers.all().contains(where: { $0.record.id == record.id }) {
            report(CheckedObject(kind: "container", name: record.id, problem: "it has no layer"))
        }
    }
}

extension CheckedObject {
    fileprivate init(_ finding: StoreFinding) {
        self.init(kind: finding.kind.rawValue, name: finding.name, problem: finding.problem)
    }
}

/// Whether somebody who waits has left.
private final class Cancellation: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }
    func set() { state.withLock { $0 = true } }
}
