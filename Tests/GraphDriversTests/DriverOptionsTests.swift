import GraphDrivers
import LinuxSystem
import Primitives
import Testing

/// `--storage-opt`, in the words of Docker's drivers.
@Suite(.enabled(if: isRoot, "needs root")) struct DriverOptionsTests {
    struct Case {
        var driver: String
        var option: String
        var message: String
    }

    @Test(arguments: [
        Case(driver: "overlay", option: "nonsense", message: "unable to parse storage-opt key/value: nonsense"),
        Case(driver: "overlay", option: "btrfs.min_space=1G", message: "overlay2: unknown option btrfs.min_space"),
        Case(
            driver: "overlay2", option: "overlay2.size=1G",
            message: "Storage Option overlay2.size only supported for backingFS XFS. Found extfs"),
        Case(
            driver: "overlay2", option: "overlay2.override_kernel_check=perhaps",
            message: "strconv.ParseBool: parsing \"perhaps\": invalid syntax"),
        Case(
            driver: "overlay", option: "dm.basesize=20G",
            message: "storage option dm.basesize is of the storage driver devicemapper, which is not supported"),
        Case(
            driver: "", option: "ZFS.fsname=x",
            message: "storage option zfs.fsname is of the storage driver zfs, which is not supported"),
        Case(driver: "vfs", option: "speed=1", message: "unknown option speed for vfs"),
        Case(
            driver: "vfs", option: "size=1G",
            message: "Filesystem does not support, or has not enabled quotas"),
        Case(driver: "vfs", option: "size=lots", message: "invalid size: 'lots'"),
    ]) func whatADriverDoesNotKnowIsAnError(_ test: Case) throws {
        // Of this kind, wherever the tests run.
        let disk = try LoopDisk("mkfs.ext4 -q", megabytes: 16)
        do {
            _ = try chooseDriver(named: test.driver, root: disk.path, options: [test.option])
            Issue.record("no error for \(test.option)")
        } catch {
            #expect((error as? EngineError)?.message == test.message)
        }
    }

    @Test func whatHasNoEffectIsInTheLog() throws {
        let disk = try LoopDisk("mkfs.ext4 -q", megabytes: 16)
        let chosen = try chooseDriver(
            named: "overlay2", root: disk.path, options: [" overlay2.override_kernel_check = true"])
        #expect(
            chosen.reason
                == "it was asked for; overlay2.override_kernel_check changes nothing: the kernel is asked what it can "
                + "do, whatever its version")
    }

    @Test func containersHaveNoLimitsWithoutQuotas() throws {
        for (name, options, expected) in [
            (
                "overlay", ["size": "1G"],
                "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"
            ),
            ("overlay", ["Speed": "1"], "Unknown option speed"),
            ("vfs", ["size": "1G"], "Filesystem does not support, or has not enabled quotas"),
            ("vfs", ["speed": "1"], "Storage opt speed not supported"),
        ] {
            let bench = try DriverBench(name)
            #expect {
                try bench.driver.createWritable(id: "box", parent: nil, options: options)
            } throws: { error in
                (error as? EngineError)?.message == expected
            }
            #expect(!bench.driver.exists(id: "box"))
        }
    }
}
