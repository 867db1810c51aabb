public import OCIRuntime
public import Primitives

extension SeccompProfile {
    /// What conditions are decided by.
    public struct Host: Sendable, Hashable {
        /// Go's name of the processor: `amd64`, `arm64`.
        public var architecture: String
        public var kernelMajor: Int
        public var kernelMinor: Int

        public init(architecture: String = Host.nativeArchitecture, kernelMajor: Int, kernelMinor: Int) {
            self.architecture = architecture
            self.kernelMajor = kernelMajor
            self.kernelMinor = kernelMinor
        }

        #if arch(arm64)
        public static let nativeArchitecture = "arm64"
        #else
        public static let nativeArchitecture = "amd64"
        #endif

        var seccompName: String? {
            switch architecture {
            case "amd64": "SCMP_ARCH_X86_64"
            case "arm64": "SCMP_ARCH_AARCH64"
            case "386": "SCMP_ARCH_X86"
            case "arm": "SCMP_ARCH_ARM"
            default: nil
            }
        }
    }

    /// The rules that hold for a process with these capabilities in its bounding set, by names with `CAP_`. Nil when
    /// the profile is empty, which switches filtering off. Errors: `badParameter` for a profile that contradicts
    /// itself.
    public func resolved(capabilities: Set<String>, host: Host) throws(EngineError) -> OCISeccomp? {
        if defaultAction.isEmpty && syscalls.isEmpty { return nil }
        guard architectures.isEmpty || archMap.isEmpty else {
            throw EngineError(
                .badParameter,
                "both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'"
            )
        }
        var result = OCISeccomp(
            defaultAction: defaultAction, defaultErrnoRet: defaultErrnoRet, architectures: architectures, flags: flags)
        if let group = archMap.first(where: { $0.architecture == host.seccompName }) {
            result.architectures = [group.architecture] + group.subArchitectures
        }
        for rule in syscalls where try rule.holds(capabilities, host) {
            result.syscalls.append(
                OCISyscall(names: try rule.allNames, action: rule.action, errnoRet: rule.errnoRet, args: rule.args))
        }
        return result
    }
}

extension SeccompProfile.Rule {
    fileprivate var allNames: [String] {
        get throws(EngineError) {
            if name.isEmpty { return names }
            guard names.isEmpty else {
                throw EngineError(
                    .badParameter,
                    "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'")
            }
            return [name]
        }
    }

    fileprivate func holds(_ capabilities: Set<String>, _ host: SeccompProfile.Host) throws(EngineError) -> Bool {
        if let excludes {
            if excludes.arches.contains(host.architecture) { return false }
            if excludes.caps.contains(where: capabilities.contains) { return false }
            if try excludes.isKernelReached(host, unset: false) { return false }
        }
        guard let includes else { return true }
        if !includes.arches.isEmpty && !includes.arches.contains(host.architecture) { return false }
        if !includes.caps.allSatisfy(capabilities.contains) { return false }
        return try includes.isKernelReached(host, unset: true)
    }
}

extension SeccompProfile.Condition {
    fileprivate func isKernelReached(_ host: SeccompProfile.Host, unset: Bool) throws(EngineError) -> Bool {
        guard let minKernel, !minKernel.isEmpty else { return unset }
        let numbers = minKernel.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1], major >= 0, minor >= 0 else {
            throw EngineError(.badParameter, "invalid kernel version: \"\(minKernel)\"")
        }
        return (host.kernelMajor, host.kernelMinor) >= (major, minor)
    }
}
