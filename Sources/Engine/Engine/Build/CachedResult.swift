internal import APIModel
internal import ImageBuilder
internal import ImageStore
internal import OrderedJSON
internal import Primitives

// What Docker's comparison of two steps leaves out.
extension BuildSession {
    /// Whether what the step made is what it would make now. The same ENTRYPOINT on the same image takes a CMD of its base
    /// away and leaves one of its stage.
    func isSameResult(_ image: Image, _ plan: ImagePlan) -> Bool {
        isOfEpoch(image.created) && Self.comparable(image.containerConfig) == Self.comparable(Self.written(plan.config))
    }

    /// With `SOURCE_DATE_EPOCH`: what was made with another one, or with none, has later times in it.
    func isOfEpoch(_ created: Timestamp?) -> Bool { latestTime == nil || created == latestTime }

    /// As it is read again when it has been written.
    private static func written(_ config: ContainerConfig) -> ContainerConfig? {
        guard let value = try? OrderedJSONEncoder().encodeValue(config) else { return nil }
        return try? OrderedJSONDecoder().decode(ContainerConfig.self, from: value)
    }

    /// Without the image that it stands on, by whatever name.
    private static func comparable(_ config: ContainerConfig?) -> ContainerConfig? {
        var config = config
        config?.image = ""
        return config
    }
}
