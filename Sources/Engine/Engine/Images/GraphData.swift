internal import Primitives

/// `GraphDriver.Data` of inspect: where the files of a layer are on the host.
enum GraphData {
    private static let names = ["lowerdir": "LowerDir", "upperdir": "UpperDir", "workdir": "WorkDir"]

    /// Of the mounts that show a layer; nil unless one is an overlay.
    static func of(_ mounts: [Mount]) -> [String: String]? {
        guard let overlay = mounts.first(where: { $0.type == "overlay" }) else { return nil }
        var data: [String: String] = [:]
        for option in overlay.options {
            let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2, let name = names[parts[0]] { data[name] = parts[1] }
        }
        return data
    }

    /// Of a read-only stack, whose topmost folder is the image's own.
    static func of(image mounts: [Mount]) -> [String: String]? {
        guard var data = of(mounts), let all = data["LowerDir"], let colon = all.firstIndex(of: ":") else { return nil }
        data["UpperDir"] = String(all[..<colon])
        data["LowerDir"] = String(all[all.index(after: colon)...])
        return data
    }
}
