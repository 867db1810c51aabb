internal import APIModel
internal import ClientProfile
internal import EngineClient
internal import Flags
internal import OrderedJSON
internal import Primitives

extension Command {
    static let info = Command(
        "info", about: "Display system-wide information",
        flags: [Flag("f", "format", kind: .text, help: "Format output using a Go template")]
    ) { invocation in
        let format = invocation.flags.text("format")
        let template = format.isEmpty || format == "json" ? nil : try Format.template(format)
        let answer = try invocation.client.json("GET", "/info")
        if let template {
            invocation.console.print(try Format.render(template, answer))
        } else if format == "json" {
            invocation.console.print(answer.text())
        } else {
            printLines(answer, invocation)
        }
        return 0
    }

    private static func printLines(_ info: JSONValue, _ invocation: Invocation) {
        let console = invocation.console
        func text(_ key: String) -> String { info[key].map { $0.stringValue ?? $0.text() } ?? "" }
        console.print("Containers: \(text("Containers"))\nImages: \(text("Images"))\nStorage Driver: \(text("Driver"))")
        for pair in info["DriverStatus"]?.arrayValue ?? [] {
            console.print(" \(pair[0]?.stringValue ?? ""): \(pair[1]?.stringValue ?? "")")
        }
        let lines = [
            ("Execution Driver", "ExecutionDriver"), ("Logging Driver", "LoggingDriver"),
            ("Cgroup Driver", "CgroupDriver"),
            ("Cgroup Version", "CgroupVersion"), ("Kernel Version", "KernelVersion"),
            ("Operating System", "OperatingSystem"),
            ("CPUs", "NCPU"),
        ]
        for (title, key) in lines where !text(key).isEmpty { console.print("\(title): \(text(key))") }
        console.print("Total Memory: \(ByteCount(info["MemTotal"]?.integerValue ?? 0).binary())")
        console.print("Name: \(text("Name"))\nID: \(text("ID"))")
        if info["Debug"]?.boolValue == true { printDebug(text, console) }
        for (title, key) in [("Http Proxy", "HttpProxy"), ("Https Proxy", "HttpsProxy"), ("No Proxy", "NoProxy")]
        where !text(key).isEmpty { console.print("\(title): \(text(key))") }
        let index = text("IndexServerAddress")
        if let user = invocation.profile.shownUser(at: index) {
            console.print("Username: \(user)\nRegistry: [\(index)]")
        }
        let limits = [("MemoryLimit", "No memory limit support"), ("SwapLimit", "No swap limit support")]
        for (key, warning) in limits + [("IPv4Forwarding", "IPv4 forwarding is disabled.")]
        where info[key]?.boolValue == false {
            console.complain("WARNING: \(warning)")
        }
        let labels = info["Labels"]?.arrayValue ?? []
        if !labels.isEmpty { console.print("Labels:") }
        for label in labels { console.print(" \(label.stringValue ?? "")") }
    }

    private static func printDebug(_ text: (String) -> String, _ console: Console) {
        console.print("Debug mode (server): true\nFile Descriptors: \(text("NFd"))\nGoroutines: \(text("NGoroutines"))")
        console.print("System Time: \(text("SystemTime"))\nEventsListeners: \(text("NEventsListener"))")
        console.print("Init Path: \(text("InitPath"))\nDocker Root Dir: \(text("DockerRootDir"))")
    }
}
