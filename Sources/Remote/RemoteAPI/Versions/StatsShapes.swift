internal import OrderedJSON

/// A sample as it was below 1.21: all interfaces are one `network`. `hasPrevious`: 1.19 brought the sample before.
func oldStats(_ sample: JSONObject, hasPrevious: Bool) -> JSONObject {
    var old: JSONObject = ["read": sample["read"] ?? .null, "network": .object(total(of: sample["networks"]))]
    for key in ["precpu_stats", "cpu_stats", "memory_stats", "blkio_stats"] where hasPrevious || key != "precpu_stats" {
        old[key] = sample[key]
        old.change(key) { $0.remove("online_cpus") }
    }
    return old
}

private func total(of networks: JSONValue?) -> JSONObject {
    let interfaces = networks?.objectValue?.entries.compactMap { $0.value.objectValue } ?? []
    let names = [
        "rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "tx_bytes", "tx_packets", "tx_errors", "tx_dropped",
    ]
    return JSONObject(
        names.map { name in
            (name, .integer(interfaces.compactMap { $0[name]?.integerValue }.reduce(0, &+)))
        })
}
