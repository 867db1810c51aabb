public import Primitives
internal import Synchronization

/// Images that an operation needs until its end, though no name, no container and no other image may say so. Prunes leave
/// them, and so do removals of images that stand on them. All are let go at once, at the latest with this object.
public final class KeptImages: Sendable {
    private let pins: Pins
    private let kept = Mutex<Set<Digest>>([])

    init(_ pins: Pins) { self.pins = pins }

    deinit { letGo() }

    /// Under the writers' lock, so that no removal is half-way through it.
    func insert(_ id: Digest) {
        if kept.withLock({ $0.insert(id).inserted }) { pins.add(id) }
    }

    public func letGo() {
        let ids = kept.withLock { kept in
            defer { kept = [] }
            return kept
        }
        for id in ids { pins.remove(id) }
    }
}

extension ImageStore {
    public func keepingImages() -> KeptImages { KeptImages(imagePins) }

    /// False when the image is gone.
    public func keep(_ id: Digest, in kept: KeptImages) throws(EngineError) -> Bool {
        try change { table in
            guard table.images[id] != nil else { return false }
            kept.insert(id)
            return true
        }
    }
}
