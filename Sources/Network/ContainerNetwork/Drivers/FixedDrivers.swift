internal import Primitives

/// The networks `none` and `host`: they are there once, and make nothing.
struct FixedDriver: NetworkDriver {
    /// `null` or `host`.
    let name: String

    func complete(_ network: inout NetworkDefinition, among others: [NetworkDefinition]) throws(EngineError) {
        throw EngineError(.forbidden, "only one instance of \"\(name)\" network is allowed")
    }

    func open(_ network: NetworkDefinition) throws(EngineError) -> OpenNetwork { OpenNetwork(definition: network) }

    func remove(_ network: OpenNetwork) throws(EngineError) {}
}
