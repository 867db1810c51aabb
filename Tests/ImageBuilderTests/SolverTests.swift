import APIModel
import Primitives
import Synchronization
import Testing

@testable import ImageBuilder

/// The rules of Docker's classic builder (1.6 and today's), and of stages.
@Suite struct SolverTests {
    @Test func stepsStandOnEachOther() async throws {
        let build = FakeBuild()
        let (image, text, _) = try await build("FROM busybox\nENV A=b\nRUN echo $A\nCMD [\"sh\", \"-c\"]\n")
        #expect(image.config.env == ["PATH=" + StageState.standardPath, "A=b"] && image.config.cmd == ["sh", "-c"])
        #expect(
            build.executor.log == [
                "/bin/sh -c #(nop)  ENV A=b", "RUN echo $A", #"/bin/sh -c #(nop)  CMD ["sh" "-c"]"#,
            ])
        let id = ClassicTranscript.short(image.id)
        #expect(text.hasPrefix("Step 1/4 : FROM busybox\n ---> busybox\nStep 2/4 : ENV A=b\n ---> "))
        #expect(text.hasSuffix("Step 4/4 : CMD [\"sh\", \"-c\"]\n ---> \(id)\n"))
    }

    /// `builder/dispatchers.go` of Docker 1.6.
    @Test func hostPortsOfAnExposeAreTold() async throws {
        let build = FakeBuild()
        let (image, text, _) = try await build("FROM busybox\nEXPOSE 127.0.0.1:8080:80 81:81\nEXPOSE 82\n")
        #expect(image.config.exposedPorts.keys.sorted() == ["80/tcp", "81/tcp", "82/tcp"])
        #expect(
            text.contains(
                """
                Step 2/3 : EXPOSE 127.0.0.1:8080:80 81:81
                 ---> Using Dockerfile's EXPOSE instruction      to map host ports to container ports \
                (ip:hostPort:containerPort) is deprecated.
                      Please use -p to publish the ports.

                """))
        #expect(text.components("Please use -p") == 1)
    }

    @Test func whatWasMadeIsNotMadeAgain() async throws {
        let build = FakeBuild()
        let first = try await build("FROM busybox\nRUN one\nRUN two\n")
        let again = try await build("FROM busybox\nRUN one\nRUN two\n")
        #expect(first.image.id == again.image.id && build.executor.log.count == 2)
        #expect(again.text.contains("Step 2/3 : RUN one\n ---> Using cache\n"))
        let other = try await build("FROM busybox\nRUN one\nRUN three\nRUN two\n")
        #expect(other.text.components("Using cache") == 1 && build.executor.log.suffix(2) == ["RUN three", "RUN two"])
    }

    @Test func withoutCacheEverythingIsDone() async throws {
        var build = FakeBuild()
        try await build("FROM busybox\nRUN one\n")
        build.settings.ignoresCache = true
        try await build("FROM busybox\nRUN one\n")
        #expect(build.executor.log == ["RUN one", "RUN one"])
    }

    @Test func aCopyIsKnownByItsContents() async throws {
        let build = FakeBuild()
        try await build("FROM busybox\nCOPY a /\n")
        try await build("FROM busybox\nCOPY a /\n")
        #expect(build.executor.log.count == 1)
        build.executor.state.withLock { $0.contents["a"] = "changed" }
        try await build("FROM busybox\nCOPY a /\n")
        #expect(build.executor.log.count == 2)
    }

    @Test func aSecretIsKnownByItsVariable() async throws {
        let build = FakeBuild()
        func step(_ flags: String) -> String { "FROM busybox\nRUN --mount=type=secret,id=t\(flags) make\n" }
        for flags in ["", ",env=AAA", ",env=BBB", ",env=t"] {
            let text = try await build(step(flags)).text
            #expect(!text.contains("Using cache"), "\(flags)")
        }
        for flags in ["", ",env=AAA", ",env=t"] {
            let text = try await build(step(flags)).text
            #expect(text.contains("Using cache"), "\(flags)")
        }
    }

    @Test func stagesNobodyNeedsAreNotBuilt() async throws {
        let build = FakeBuild()
        try await build("FROM busybox AS a\nRUN a\nFROM busybox AS b\nRUN b\nFROM busybox\nCOPY --from=b x /\n")
        #expect(build.executor.log == ["RUN b", "COPY x"])
        var targeted = FakeBuild()
        targeted.settings.target = "a"
        let (_, text, _) = try await targeted("FROM busybox AS a\nRUN a\nFROM busybox AS b\nRUN b\n")
        #expect(targeted.executor.log == ["RUN a"] && text.hasPrefix("Step 1/2 : FROM busybox AS a\n"))
    }

    /// Each waits for the other to begin: done one after the other this would not end.
    @Test func stagesAreBuiltAtTheSameTime() async throws {
        let begun = Mutex(0)
        let build = FakeBuild(
            executor: FakeExecutor { command in
                guard command != "last" else { return }
                begun.withLock { $0 += 1 }
                while begun.withLock({ $0 < 2 }) { await Task.yield() }
            })
        let (_, text, _) = try await build(
            "FROM busybox AS a\nRUN a\nFROM busybox AS b\nRUN b\nFROM a\nCOPY --from=b x /\nRUN last\n")
        #expect(build.executor.state.withLock { $0.mostRunning } == 2)
        // What they say comes one after the other all the same.
        let steps = text.split(separator: "\n").filter { $0.hasPrefix("Step") }
        #expect(
            steps == [
                "Step 1/7 : FROM busybox AS a", "Step 2/7 : RUN a", "Step 3/7 : FROM busybox AS b", "Step 4/7 : RUN b",
                "Step 5/7 : FROM a", "Step 6/7 : COPY --from=b x /", "Step 7/7 : RUN last",
            ])
    }

    @Test func aStepThatIsUnderWayIsWaitedFor() async throws {
        let mayEnd = Mutex(false)
        let begun = Mutex(0)
        let executor = FakeExecutor { _ in
            begun.withLock { $0 += 1 }
            while !mayEnd.withLock({ $0 }) { await Task.yield() }
        }
        let build = FakeBuild(executor: executor)
        async let first = build("FROM busybox\nRUN slow\n")
        while begun.withLock({ $0 == 0 }) { await Task.yield() }
        async let second = build("FROM busybox\nRUN slow\n")
        mayEnd.withLock { $0 = true }
        let ids = try await (first.image.id, second.image.id)
        #expect(ids.0 == ids.1 && executor.log == ["RUN slow"] && begun.withLock { $0 } == 1)
    }

    @Test func aFailureCallsTheOthersOff() async throws {
        let executor = FakeExecutor { command in
            guard command == "endless" else { return }
            while !Task.isCancelled { await Task.yield() }
        }
        executor.state.withLock { $0.failing = ["bad"] }
        let build = FakeBuild(executor: executor)
        let failure = await #expect(throws: EngineError.self) {
            try await build("FROM busybox AS a\nRUN endless\nFROM busybox AS b\nRUN bad\nFROM a\nCOPY --from=b x /\n")
        }
        #expect(failure?.message == "bad failed" && (failure?.cause as? BuildFailure)?.code == 3)
    }

    @Test func aCancelledBuildEnds() async throws {
        let begun = Mutex(false)
        let build = FakeBuild(
            executor: FakeExecutor { _ in
                begun.withLock { $0 = true }
                while !Task.isCancelled { await Task.yield() }
            })
        let task = Task { try await build("FROM busybox\nRUN endless\nRUN after\n") }
        while !begun.withLock({ $0 }) { await Task.yield() }
        task.cancel()
        let failure = await #expect(throws: EngineError.self) { try await task.value }
        #expect(failure?.message == "Build cancelled" && build.executor.log == [])
    }

    @Test func triggersOfTheBaseRunFirst() async throws {
        let build = FakeBuild()
        build.executor.state.withLock { $0.images["onbuild"] = ContainerConfig(onBuild: ["RUN triggered", "ENV A=b"]) }
        let (image, text, _) = try await build("FROM onbuild\nRUN own $A\n")
        #expect(build.executor.log == ["RUN triggered", "/bin/sh -c #(nop)  ENV A=b", "RUN own $A"])
        #expect(image.config.onBuild == nil && text.contains("# Executing 2 build triggers\n"))
    }

    @Test func triggersOfAnEarlierStageRunToo() async throws {
        let build = FakeBuild()
        try await build("FROM busybox AS a\nONBUILD RUN triggered\nFROM a\nRUN own\n")
        #expect(build.executor.log.suffix(2) == ["RUN triggered", "RUN own"])
    }

    @Test func labelsOfTheBuildComeLast() async throws {
        var build = FakeBuild()
        build.settings.labels = ["b": "$2", "a": "1"]
        let (image, text, _) = try await build("FROM busybox\nLABEL a=0\n")
        #expect(image.config.labels == ["a": "1", "b": "$2"] && text.contains("Step 4/4 : LABEL b=$2\n"))
    }

    @Test func oldClientsCountFromZero() async throws {
        var build = FakeBuild()
        build.style = .fromZero
        let (_, text, _) = try await build("from busybox\ncmd [\"a\", \"b\"]\n")
        #expect(text.hasPrefix("Step 0 : FROM busybox\n ---> busybox\nStep 1 : CMD a b\n ---> "))
    }

    @Test func entrypointTakesTheBasesCommandAway() async throws {
        let build = FakeBuild()
        build.executor.state.withLock { $0.images["cmd"] = ContainerConfig(cmd: ["base"]) }
        #expect(try await build("FROM cmd\nENTRYPOINT [\"e\"]\n").image.config.cmd == nil)
        #expect(try await build("FROM cmd\nCMD [\"own\"]\nENTRYPOINT [\"e\"]\n").image.config.cmd == ["own"])
    }

    @Test func tenThousandStepsAreNoDeeperThanOne() async throws {
        let build = FakeBuild()
        let lines = (0..<10_000).map { "ENV A=\($0)\n" }.joined()
        #expect(try await build("FROM busybox\n" + lines).image.config.env?.last == "A=9999")
    }

    @Test(arguments: ["ENV A%=", "LABEL l%=", "ARG A%="]) func manySteps(_ step: String) async throws {
        let build = FakeBuild()
        let lines = (0..<2000).map { step.replacing("%", with: "\($0)") + "\($0)\n" }.joined()
        let (image, text, _) = try await build("FROM busybox\n" + lines)
        #expect(image.steps == 2000)
        // The first ones have images of their own, then each is some times as large as the one below it.
        let made = build.executor.log.count
        #expect((34...40).contains(made))
        #expect(text.components("\n ---> ") == 1 + made && text.components("Step ") == 2001)
        #expect(try await build("FROM busybox\n" + lines).image.id == image.id)
        #expect(build.executor.log.count == made)
    }

    @Test func stepsShareAnImageOnlyWhereNothingNeedsOne() async throws {
        let build = FakeBuild()
        let many = String(repeating: "ENV A=b\n", count: 32)
        _ = try await build("FROM busybox\n" + many + "LABEL a=b\nCMD x\nRUN y\nLABEL c=d\nWORKDIR /\nUSER z\n")
        let last = build.executor.log.suffix(5)
        #expect(
            last == [
                "/bin/sh -c #(nop)  CMD [\"/bin/sh\" \"-c\" \"x\"]", "RUN y", "/bin/sh -c #(nop)  LABEL c=d",
                "WORKDIR /", "/bin/sh -c #(nop)  USER z",
            ])
    }

    @Test func aStepThatHasNoImageOfItsOwnIsPartOfTheKey() async throws {
        let build = FakeBuild()
        let many = String(repeating: "ENV A=b\n", count: 32)
        let first = try await build("FROM busybox\n" + many + "CMD a\nCMD x\nRUN y\n").image
        #expect(try await build("FROM busybox\n" + many + "CMD a\nCMD x\nRUN y\n").image.id == first.id)
        #expect(try await build("FROM busybox\n" + many + "CMD b\nCMD x\nRUN y\n").image.id != first.id)
    }

    @Test func manyArgumentsOfOneInstructionTakeTimeByTheirNumber() async throws {
        let build = FakeBuild()
        let names = (0..<5000).map { "A\($0)=x" }.joined(separator: " ")
        let image = try await build(
            "FROM busybox\nARG " + names + "\nARG A0\nARG A1=1\nENV A2=2\nARG A2=3\nENV B=-$A0$A1$A2$A3\n"
        ).image
        #expect(image.config.env?.last == "B=-12x")
    }
}

extension String {
    /// How often a text is in it.
    func components(_ text: String) -> Int { ranges(of: text).count }
}

extension ContainerConfig {
    init(cmd: [String]? = nil, onBuild: [String]? = nil) {
        self.init()
        self.cmd = cmd
        self.onBuild = onBuild
    }
}
