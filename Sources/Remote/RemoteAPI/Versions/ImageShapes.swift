internal import OrderedJSON

/// One row of `images`.
let adaptImageSummary: Adapter = { row, call in
    if !call.speaks(44) { row["VirtualSize"] = row["Size"] ?? 0 }
    if !call.speaks(43), row["RepoTags"]?.arrayValue?.isEmpty != false, row["RepoDigests"]?.arrayValue?.isEmpty != false
    {
        row["RepoTags"] = ["<none>:<none>"]
        row["RepoDigests"] = ["<none>@<none>"]
    }
    if !call.speaks(22) {
        row.remove("Containers", "SharedSize")
        row["Id"] = row["Id"]?.bareID
        row["ParentId"] = row["ParentId"]?.bareID
    }
}

/// `inspect` of an image. Versions below 1.50 show the whole container config.
let adaptImageInspect: Adapter = { image, call in
    if !call.speaks(45) {
        image.fill("Container", "")
        image.fill("ContainerConfig", image["Config"] ?? .null)
    } else {
        image.remove("Container", "ContainerConfig")
    }
    if !call.speaks(44) {
        image["VirtualSize"] = image["Size"] ?? 0
        image.fill("Created", "0001-01-01T00:00:00Z")
    }
    if !call.speaks(25) { image.remove("Metadata") }
    if !call.speaks(23) { image.remove("RootFS") }
    if !call.speaks(22) {
        image["Id"] = image["Id"]?.bareID
        image["Parent"] = image["Parent"]?.bareID
    }
    if !call.speaks(21) { image.remove("RepoTags", "RepoDigests", "GraphDriver") }
}

/// The image's part of a config with its empty fields left out, as 1.50 shows it.
func imageConfigOnly(_ config: JSONObject) -> JSONObject {
    let shown = [
        "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal",
        "Healthcheck", "OnBuild", "Shell",
    ]
    var result: JSONObject = [:]
    for key in shown {
        guard let value = config[key], !value.isEmptyValue else { continue }
        result[key] = value
    }
    return result
}

/// `history` and the answer to a removal.
let adaptImageIDs: Adapter = { row, call in
    guard !call.speaks(22) else { return }
    for key in ["Id", "Deleted"] where row[key] != nil { row[key] = row[key]?.bareID }
}

extension JSONValue {
    fileprivate var isEmptyValue: Bool {
        switch self {
        case .null: true
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        default: false
        }
    }
}
