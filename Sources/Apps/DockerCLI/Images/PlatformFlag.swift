internal import Flags
internal import OrderedJSON
internal import Primitives

extension Flag {
    /// `--platform` of a call that is about images which are here already.
    static func platform(_ help: String) -> Flag {
        Flag("platform", kind: .text, help: help + " Formatted as \"os[/arch[/variant]]\" (e.g., \"linux/amd64\")")
    }
}

extension FlagValues {
    /// What `--platform` names, as OCI's JSON; nil when it was not given. Errors: what is no platform.
    func platformQuery() throws -> String? {
        guard !text("platform").isEmpty else { return nil }
        let platform: Platform
        do { platform = try Platform(parsing: text("platform")) } catch {
            throw CommandFailure("invalid platform: \(error.message)")
        }
        var object = JSONObject([
            ("architecture", .string(platform.architecture)), ("os", .string(platform.os)),
        ])
        if let variant = platform.variant { object["variant"] = .string(variant) }
        return JSONValue.object(object).text()
    }
}
