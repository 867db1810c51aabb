internal import EngineClient
internal import Flags
internal import GoTemplate
internal import OrderedJSON
internal import Primitives

extension Command {
    static let inspect = Command(
        "inspect", "CONTAINER|IMAGE|NETWORK [CONTAINER|IMAGE|NETWORK...]",
        about: "Return low-level information on a container, image or network", count: many,
        flags: [
            inspectFormat, inspectSize,
            Flag("type", kind: .text, help: "Only inspect objects of the given type (container, image, network)"),
        ]
    ) { try inspectAll($0, type: $0.flags.text("type")) }

    static let containerInspect = Command(
        "container inspect", "CONTAINER [CONTAINER...]",
        about: "Display detailed information on one or more containers", count: many,
        flags: [inspectFormat, inspectSize]
    ) { try inspectAll($0, type: "container") }

    static let imageInspect = Command(
        "image inspect", "IMAGE [IMAGE...]", about: "Display detailed information on one or more images", count: many,
        flags: [inspectFormat]
    ) { try inspectAll($0, type: "image") }

    static let networkInspect = Command(
        "network inspect", "NETWORK [NETWORK...]", about: "Display detailed information on one or more networks",
        count: many, flags: [inspectFormat, Flag("v", "verbose", help: "Verbose output for diagnostics")]
    ) { try inspectAll($0, type: "network") }

    private static let inspectFormat = Flag(
        "f", "format", kind: .text, help: "Format the output using the given go template")
    private static let inspectSize = Flag("s", "size", help: "Display total file sizes if the type is container")

    private static func inspectAll(_ invocation: Invocation, type: String) throws -> Int32 {
        let format = invocation.flags.text("format")
        let template = format.isEmpty || format == "json" ? nil : try Format.template(format)
        try invocation.checkType(type)
        var found: [JSONValue] = []
        var failed = false
        for name in invocation.arguments {
            do {
                let value = try invocation.object(named: name, type: type)
                if let template {
                    invocation.console.print(try Format.render(template, value))
                } else {
                    found.append(value)
                }
            } catch {
                invocation.console.complain(Failure.text(error))
                failed = true
            }
        }
        if format == "json" {
            for value in found { invocation.console.print(value.text()) }
        } else if template == nil {
            invocation.console.print(JSONValue.array(found).text(.indented("    ")))
        }
        return failed ? 1 : 0
    }
}

extension Invocation {
    private static let inspected = ["container", "image", "network"]
    private static let types = [
        "config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume",
    ]

    /// Errors: a type that is none, or none yet.
    fileprivate func checkType(_ type: String) throws {
        guard !type.isEmpty, !Self.inspected.contains(type) else { return }
        if Self.types.contains(type) { throw CommandFailure("inspect --type \(type) is not supported yet") }
        let known = Self.types.map { "\"\($0)\"" }.joined(separator: ", ")
        throw CommandFailure("unknown type: \"\(type)\": must be one of \(known)")
    }

    /// A container before an image, and both before a network.
    fileprivate func object(named name: String, type: String) throws -> JSONValue {
        for kind in type.isEmpty ? Self.inspected : [type] {
            do throws(EngineError) {
                return try client.json("GET", path(of: name, kind))
            } catch {
                guard error.kind == .notFound else { throw error }
                // Networks are told of in the engine's own words.
                if type == "network" { throw error }
            }
        }
        throw CommandFailure("Error: No such \(type.isEmpty ? "image or container" : type): \(name)")
    }

    private func path(of name: String, _ kind: String) -> String {
        let name = EngineClient.escape(name)
        return switch kind {
        case "container": "/containers/\(name)/json" + (flags.bool("size") ? "?size=1" : "")
        case "image": "/images/\(name)/json"
        default: "/networks/\(name)" + (flags.bool("verbose") ? "?verbose=true" : "")
        }
    }
}
