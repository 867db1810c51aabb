extension HostConfig {
    /// It has the network namespace of the host or of another container, and so none of its own.
    public var sharesNetwork: Bool { networkMode == "host" || networkMode.hasPrefix("container:") }
}
