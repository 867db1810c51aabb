/// Names that sound like a secret's: one of their words between underscores does.
enum SecretNames {
    private static let secret: Set<Substring> = [
        "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token",
    ]
    /// With one of these it is no secret, or only tells where it is.
    private static let harmless: Set<Substring> = ["public", "file", "version"]

    static func contains(_ name: String) -> Bool {
        let words = name.lowercased().split(separator: "_")
        return words.contains(where: secret.contains) && !words.contains(where: harmless.contains)
    }
}
