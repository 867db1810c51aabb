import Testing

@testable import DockerCLI

@Suite struct StreamTests {
    private let frames: [UInt8] = [
        1, 0, 0, 0, 0, 0, 0, 2, 104, 105, 2, 0, 0, 0, 0, 0, 0, 1, 33, 1, 0, 0, 0, 0, 0, 0, 0,
    ]

    @Test(arguments: [1, 3, 8, 9, 100])
    func framesComeApartWhereverTheyAreCut(_ size: Int) throws {
        var demultiplexer = Demultiplexer()
        var output: [UInt8] = []
        var error: [UInt8] = []
        for start in stride(from: 0, to: frames.count, by: size) {
            try demultiplexer.push(Array(frames[start..<min(start + size, frames.count)])) { stream, part in
                if stream == .output { output += part } else { error += part }
            }
        }
        #expect(output == Array("hi".utf8))
        #expect(error == Array("!".utf8))
    }

    @Test func unknownStreamsAreRefused() {
        var demultiplexer = Demultiplexer()
        #expect(throws: CommandFailure.self) { try demultiplexer.push([72, 84, 84, 80, 47, 49, 46, 49]) { _, _ in } }
    }

    @Test func detachKeysAreFoundAcrossReads() throws {
        var keys = DetachSequence.standard
        #expect(keys.pass([97]) == ([97], false))
        #expect(keys.pass([16]) == ([], false))
        #expect(keys.pass([98]) == ([16, 98], false))
        #expect(keys.pass([16, 16]) == ([16], false))
        #expect(keys.pass([17]) == ([], true))
    }

    @Test func detachKeysCanBeNamed() throws {
        var keys = try DetachSequence(parsing: "a,ctrl-b")
        #expect(keys.pass([97, 2]) == ([], true))
        #expect(try DetachSequence(parsing: "") == .standard)
        #expect(throws: CommandFailure.self) { try DetachSequence(parsing: "ctrl-") }
        #expect(throws: CommandFailure.self) { try DetachSequence(parsing: "abc") }
    }
}
