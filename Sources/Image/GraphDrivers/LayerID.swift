import Primitives

/// Ids become names of folders, so what they may hold is checked where they come in.
enum LayerID {
    static func check(_ id: String) throws(EngineError) {
        let isFine =
            (1...200).contains(id.utf8.count) && id != "l" && id.utf8.first != UInt8(ascii: ".")
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        guard isFine else { throw EngineError(.badParameter, "invalid layer id \"\(id)\"") }
    }
}
