/// An engine's id as Docker shows one: twelve groups of four, base 32.
enum EngineID {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

    static func random() -> String {
        (0..<12).map { _ in String((0..<4).map { _ in alphabet[Int.random(in: 0..<32)] }) }.joined(separator: ":")
    }
}
