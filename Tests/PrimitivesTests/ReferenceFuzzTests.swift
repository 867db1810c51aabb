import Foundation
import Primitives
import Testing

/// Whatever a name holds, reading it ends with a reference that reads the same again, or with an error.
///
/// `Corpus/references.txt` has names that once were worth a thought, right and wrong; each is read as it is and changed.
@Suite struct ReferenceFuzzTests {
    static func corpus() throws -> [String] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Corpus/references.txt")
        return try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    }

    @Test func theCorpusIsRead() throws {
        let names = try Self.corpus()
        let right = names.filter(survives)
        #expect(names.count > 70)
        #expect(right.count > 20 && names.count - right.count > 20)
    }

    @Test func changedNamesAreReadToo() throws {
        let names = try Self.corpus().map { Array($0.utf8) }
        var random = XorShift(state: 0x9e37_79b9_7f4a_7c15)
        for round in 0..<20_000 {
            var bytes = names[round % names.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) { change(&bytes, &random) }
            _ = survives(String(decoding: bytes, as: UTF8.self))
        }
    }

    private func change(_ bytes: inout [UInt8], _ random: inout XorShift) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let letters = Array(":/@.-_[]%AZaz09 \u{7f}é".utf8)
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1 where place < bytes.count: bytes.remove(at: place)
        case 2 where place < bytes.count: bytes.append(contentsOf: bytes[place...])
        default: bytes.insert(letters.randomElement(using: &random) ?? 0, at: place)
        }
    }

    /// Whether it is a name.
    private func survives(_ text: String) -> Bool {
        let reference: ImageReference
        do {
            reference = try ImageReference(parsing: text)
        } catch {
            #expect(error.kind == .badParameter && !error.message.isEmpty)
            return false
        }
        #expect((try? ImageReference(parsing: reference.canonical)) == reference, "\(text)")
        // Docker leaves docker.io away in front of what looks like a host too: `docker.io/a.b/x` is shown as `a.b/x`.
        let first = reference.path.split(separator: "/").first ?? ""
        if reference.domain != "docker.io" || !(first.contains(".") || first == "localhost") {
            #expect((try? ImageReference(parsing: reference.familiar)) == reference, "\(text)")
        }
        // What becomes part of a path of a URL, or of the store's keys, is plain.
        let plain = Set("abcdefghijklmnopqrstuvwxyz0123456789._-/".utf8)
        #expect(reference.path.utf8.allSatisfy(plain.contains), "\(text)")
        #expect(!reference.path.contains("..") && !reference.path.contains("//"), "\(text)")
        #expect(reference.tag?.utf8.count ?? 0 <= 128)
        return true
    }
}

/// A small generator, so that a failure comes again.
private struct XorShift: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
