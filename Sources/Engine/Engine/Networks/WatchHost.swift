internal import ContainerNetwork
internal import Logging
internal import Primitives

extension Engine {
    /// Blocking, when everything that ran before is known again.
    func watchHost() {
        attempt("watch the host's network") {
            try network?.watch { [weak self] text in
                self?.logger.notice("\(text)")
            } resolverHasChanged: { [weak self] in
                self?.refreshResolvers()
            }
        }
    }

    /// The host's resolv.conf is another: containers that don't run have the new one at once, others when they start.
    private func refreshResolvers() {
        for container in containers.all() {
            let record = container.record
            guard record.state.phase == .created || record.state.phase == .exited, record.sandbox == nil,
                let request = try? sandboxRequest(of: record, withLinks: false)
            else { continue }
            attempt("refresh the name servers of \(record.id)") { try network?.refreshResolver(request) }
        }
    }
}
