internal import OrderedJSON

/// Limits of the specification, as `SpecReader` reads.
extension OCIResources {
    init(json: JSONValue) {
        self.init(
            devices: json.array("devices").map(OCIDeviceRule.init(json:)),
            memory: json["memory"].map(OCIMemory.init(json:)), cpu: json["cpu"].map(OCICPU.init(json:)),
            pids: json["pids"].flatMap { $0.integer("limit").map(OCIPids.init(limit:)) },
            blockIO: json["blockIO"].map(OCIBlockIO.init(json:)),
            hugepageLimits: json.array("hugepageLimits").map {
                OCIHugepageLimit(pageSize: $0.string("pageSize"), limit: $0.integer("limit") ?? 0)
            }, unified: json.table("unified"))
    }
}

extension OCIDeviceRule {
    init(json: JSONValue) {
        self.init(
            allow: json.bool("allow"), type: json.string("type"), major: json.integer("major"),
            minor: json.integer("minor"), access: json.string("access"))
    }
}

extension OCIMemory {
    init(json: JSONValue) {
        self.init(
            limit: json.integer("limit"), reservation: json.integer("reservation"), swap: json.integer("swap"),
            kernel: json.integer("kernel"), kernelTCP: json.integer("kernelTCP"),
            swappiness: json.integer("swappiness"), disableOOMKiller: json["disableOOMKiller"]?.boolValue)
    }
}

extension OCICPU {
    init(json: JSONValue) {
        self.init(
            shares: json.integer("shares"), quota: json.integer("quota"), burst: json.integer("burst"),
            period: json.integer("period"), realtimeRuntime: json.integer("realtimeRuntime"),
            realtimePeriod: json.integer("realtimePeriod"), cpus: json.string("cpus"), mems: json.string("mems"),
            idle: json.integer("idle"))
    }
}

extension OCIBlockIO {
    init(json: JSONValue) {
        func throttles(_ key: String) -> [OCIThrottleDevice] {
            json.array(key).map {
                OCIThrottleDevice(
                    major: $0.integer("major") ?? 0, minor: $0.integer("minor") ?? 0, rate: $0.integer("rate") ?? 0)
            }
        }
        self.init(
            weight: json.integer("weight"), leafWeight: json.integer("leafWeight"),
            weightDevice: json.array("weightDevice").map {
                OCIWeightDevice(
                    major: $0.integer("major") ?? 0, minor: $0.integer("minor") ?? 0, weight: $0.integer("weight"),
                    leafWeight: $0.integer("leafWeight"))
            }, throttleReadBpsDevice: throttles("throttleReadBpsDevice"),
            throttleWriteBpsDevice: throttles("throttleWriteBpsDevice"),
            throttleReadIOPSDevice: throttles("throttleReadIOPSDevice"),
            throttleWriteIOPSDevice: throttles("throttleWriteIOPSDevice"))
    }
}
