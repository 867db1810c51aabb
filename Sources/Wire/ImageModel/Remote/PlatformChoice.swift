public import Primitives

extension OCIIndex {
    /// The manifest for a platform: the one with the very variant before one that fits, in the index's order. What has no
    /// platform, or an unknown one (attestations of builds), is not chosen while anything else is there.
    public func choose(_ platform: Platform) -> OCIDescriptor? {
        let images = manifests.filter { $0.platform?.matches(platform) ?? false }
        if let exact = images.first(where: { $0.platform?.variant == platform.variant }) { return exact }
        if let fitting = images.first { return fitting }
        let plain = manifests.filter { $0.platform == nil }
        return plain.count == 1 && manifests.count == 1 ? plain[0] : nil
    }
}
