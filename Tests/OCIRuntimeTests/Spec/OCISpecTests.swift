import OCIRuntime
import OrderedJSON
import Testing

@Suite struct OCISpecTests {
    /// The specification's own example, shortened (config.md and config-linux.md of runtime-spec 1.2).
    static let example = #"""
        {"ociVersion":"1.2.0","process":{"terminal":true,"user":{"uid":1,"gid":1,"additionalGids":[5,6]},
        "args":["sh"],"env":["TERM=xterm"],"cwd":"/","capabilities":{"bounding":["CAP_KILL"],"ambient":["CAP_KILL"]},
        "rlimits":[{"type":"RLIMIT_CORE","hard":1024,"soft":1024}],"noNewPrivileges":true,"oomScoreAdj":100},
        "root":{"path":"rootfs","readonly":true},"hostname":"slartibartfast",
        "mounts":[{"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755"]}],
        "hooks":{"prestart":[{"path":"/usr/bin/fix-mounts"}]},
        "linux":{"devices":[{"path":"/dev/fuse","type":"c","major":10,"minor":229,"fileMode":438,"uid":0,"gid":0}],
        "uidMappings":[{"containerID":0,"hostID":1000,"size":32000}],"sysctl":{"net.ipv4.ip_forward":"1"},
        "cgroupsPath":"/myRuntime/myContainer","resources":{"pids":{"limit":32771},
        "memory":{"limit":536870912,"swap":-1,"swappiness":0,"disableOOMKiller":false},
        "cpu":{"shares":1024,"quota":1000000,"period":500000,"cpus":"2-3","mems":"0-7"},
        "devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":10,"minor":229,"access":"rw"}],
        "blockIO":{"weight":10,"throttleReadBpsDevice":[{"major":8,"minor":0,"rate":600}]},
        "hugepageLimits":[{"pageSize":"2MB","limit":9223372036854772000}]},"rootfsPropagation":"slave",
        "seccomp":{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"],
        "syscalls":[{"names":["getcwd","chmod"],"action":"SCMP_ACT_ERRNO","args":[
        {"index":0,"value":2080505856,"valueTwo":0,"op":"SCMP_CMP_MASKED_EQ"}]}]},
        "namespaces":[{"type":"pid"},{"type":"network","path":"/var/run/netns/a"}],"maskedPaths":["/proc/kcore"]}}
        """#

    @Test func readsTheSpecificationsExample() throws {
        let spec = try OrderedJSONDecoder().decode(OCISpec.self, from: Array(Self.example.utf8))
        #expect(spec.process?.user.additionalGids == [5, 6])
        #expect(spec.process?.capabilities?.bounding == ["CAP_KILL"])
        #expect(spec.process?.rlimits.first?.hard == 1024)
        #expect(spec.process?.oomScoreAdj == 100)
        #expect(spec.root?.readonly == true)
        #expect(spec.mounts.first?.options == ["nosuid", "mode=755"])
        let linux = try #require(spec.linux)
        #expect(linux.namespaces.map(\.type) == [.pid, .network])
        #expect(linux.namespaces.last?.path == "/var/run/netns/a")
        #expect(linux.resources?.memory?.swap == -1)
        #expect(linux.resources?.cpu?.cpus == "2-3")
        #expect(linux.resources?.devices.first == OCIDeviceRule(allow: false, access: "rwm"))
        #expect(linux.resources?.blockIO?.throttleReadBpsDevice.first?.rate == 600)
        #expect(linux.seccomp?.syscalls.first?.args.first?.op == "SCMP_CMP_MASKED_EQ")
        #expect(linux.devices.first?.fileMode == 0o666)
    }

    @Test func writesWhatItReads() throws {
        let spec = try OrderedJSONDecoder().decode(OCISpec.self, from: Array(Self.example.utf8))
        let again = try OrderedJSONDecoder().decode(OCISpec.self, from: OrderedJSONEncoder().encode(spec))
        #expect(again == spec)
    }

    @Test func leavesOutWhatIsEmpty() throws {
        let spec = OCISpec(process: OCIProcess(args: ["true"]), root: OCIRoot(path: "/r"))
        let text = String(decoding: try OrderedJSONEncoder().encode(spec), as: UTF8.self)
        #expect(
            text == #"{"ociVersion":"1.2.0","process":{"user":{"uid":0,"gid":0},"args":["true"],"cwd":"/"},"#
                + #""root":{"path":"/r"}}"#)
    }
}
