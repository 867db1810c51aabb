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
    /// A container before an image, and both before a network.
    fileprivate func object(named name: String, type: String) throws -> JSONValue {
        guard ["", "container", "image", "network"].contains(type) else {
            throw CommandFailure("inspect --type \(type) is not supported yet")
        }
        let size = flags.bool("size") ? "?size=1" : ""
        if type == "network" { return try network(name) }
        if type != "image" {
            do throws(EngineError) {
                return try client.json("GET", "/containers/\(EngineClient.escape(name))/json\(size)")
            } catch {
                guard error.kind == .notFound else { throw error }
                if type == "container" { throw CommandFailure("Error: No such container: \(name)") }
            }
        }
        do throws(EngineError) { return try client.json("GET", "/images/\(EngineClient.escape(name))/json") } catch {
            guard error.kind == .notFound else { throw error }
            if type == "image" { throw CommandFailure("Error: No such image: \(name)") }
        }
        do { return try network(name) } catch {
            throw CommandFailure("Error: No such image or container: \(name)")
        }
    }

    private func network(_ name: String) throws(EngineError) -> JSONValue {
        let verbose = flags.bool("verbose") ? "?verbose=true" : ""
        return try client.json("GET", "/networks/\(EngineClient.escape(name))\(verbose)")
    }
}
