internal import Flags

/// The flags of `build`: 1.6's and today's.
enum BuildFlags {
    static let all: [Flag] = result + process + limits + unbuilt

    private static let result: [Flag] = [
        Flag("t", "tag", kind: .list, help: "Name and optionally a tag in the \"name:tag\" format"),
        Flag("f", "file", kind: .text, help: "Name of the Dockerfile (default PATH/Dockerfile)"),
        Flag("target", kind: .text, help: "Build this stage, instead of the last"),
        Flag("label", kind: .list, help: "Set metadata for an image"),
        Flag("platform", kind: .text, help: "Platform that the image is for"),
        Flag("squash", help: "Squash newly built layers into a single new layer"),
        Flag("o", "output", kind: .list, help: "Output destination (format: \"type=local,dest=path\")"),
        Flag("iidfile", kind: .text, help: "Write the image ID to a file"),
        Flag("metadata-file", kind: .text, help: "Write build result metadata to a file"),
        Flag("load", help: "Keep the image in the engine, which is where it goes anyway"),
        Flag("push", help: "Push the image to its registry (\"--output=type=registry\")"),
    ]

    private static let process: [Flag] = [
        Flag("build-arg", kind: .list, help: "Set build-time variables"),
        Flag("build-context", kind: .list, help: "Additional build contexts (e.g., name=path)"),
        Flag(
            "secret", kind: .list, help: "Secret to expose to the build (format: \"id=mysecret[,src=/local/secret]\")"),
        Flag("ssh", kind: .list, help: "SSH agent socket to expose to the build (format: \"default|<id>[=<socket>]\")"),
        Flag("cache-from", kind: .list, help: "Images to consider as cache sources"),
        Flag("cache-to", kind: .list, help: "Cache export destinations (\"type=inline\": every image has it)"),
        Flag("no-cache", help: "Do not use cache when building the image").deprecating(
            "-no-cache", replacement: "--no-cache"),
        Flag("pull", help: "Always attempt to pull a newer version of the image"),
        Flag("rm", default: "true", help: "Remove intermediate containers after a successful build")
            .deprecating("-rm", replacement: "--rm"),
        Flag("force-rm", help: "Always remove intermediate containers"),
        Flag("q", "quiet", help: "Suppress the build output and print image ID on success"),
        Flag(
            "progress", kind: .text,
            help: "Type of progress output (\"auto\", \"plain\", \"tty\", \"rawjson\", \"quiet\")"),
        Flag("check", help: "Check the Dockerfile and say what could be better, without building"),
    ]

    private static let limits: [Flag] = [
        Flag("add-host", kind: .list, help: "Add a custom host-to-IP mapping (\"host:ip\")"),
        Flag("network", kind: .text, default: "default", help: "Networking mode for the RUN instructions during build"),
        Flag("security-opt", kind: .list, help: "Security options"),
        Flag("ulimit", kind: .list, help: "Ulimit options"),
        Flag("m", "memory", kind: .text, help: "Memory limit"),
        Flag("memory-swap", kind: .text, help: "Total memory (memory + swap), '-1' to disable swap"),
        Flag("shm-size", kind: .text, help: "Size of \"/dev/shm\""),
        Flag("c", "cpu-shares", kind: .integer, default: "0", help: "CPU shares (relative weight)"),
        Flag("cpu-period", kind: .integer, default: "0", help: "Limit the CPU CFS (Completely Fair Scheduler) period"),
        Flag("cpu-quota", kind: .integer, default: "0", help: "Limit the CPU CFS (Completely Fair Scheduler) quota"),
        Flag("cpuset-cpus", kind: .text, help: "CPUs in which to allow execution (0-3, 0,1)"),
        Flag("cpuset-mems", kind: .text, help: "MEMs in which to allow execution (0-3, 0,1)"),
        Flag("cgroup-parent", kind: .text, help: "Parent cgroup of the RUN instructions during build"),
    ]

    /// Docker's other flags: they are known, so that what is missing is said of them and not of the command.
    private static let unbuilt: [Flag] =
        ["compress"].map { Flag($0, help: "Not supported yet", isHidden: true) }
        + ["isolation", "sbom", "provenance", "builder", "call"].map {
            Flag($0, kind: .text, help: "Not supported yet", isHidden: true)
        }
        + [
            "allow", "annotation", "attest", "no-cache-filter",
        ].map { Flag($0, kind: .list, help: "Not supported yet", isHidden: true) }

    /// Errors: flags that are not there yet.
    static func check(_ flags: FlagValues) throws {
        for flag in unbuilt where flags.isSet(flag.name) && !isFine(flag.name, flags) {
            throw UsageError("docker: 'build --\(flag.name)' is not supported yet")
        }
        for word in flags.list("cache-to") where !isInline(word) {
            throw UsageError(
                "docker: 'build --cache-to \(word)' is not supported: only 'type=inline', which every image is")
        }
    }

    /// What `--cache-from` needs is an image's own history.
    private static func isInline(_ word: String) -> Bool { word == "type=inline" }

    /// Values that ask for nothing.
    private static func isFine(_ name: String, _ flags: FlagValues) -> Bool {
        switch name {
        case "compress": !flags.bool(name)
        case "sbom", "provenance": flags.text(name) == "false"
        case "attest": flags.list(name).allSatisfy { $0.split(separator: ",").contains("disabled=true") }
        case "isolation", "builder": ["", "default"].contains(flags.text(name))
        case "call": flags.text(name) == "build"
        default: false
        }
    }
}
