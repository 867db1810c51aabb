internal import ContainerNetwork
internal import LinuxSystem

extension Engine {
    /// SIGHUP: what somebody took away is put back (the firewall's table).
    public func reload() {
        workers.submit { [self] in attempt("restore the firewall") { try network?.reloadFirewall() } }
    }
}
