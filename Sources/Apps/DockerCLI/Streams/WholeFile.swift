internal import HostSystem
internal import Primitives

/// A file of the user's that is written beside its place: under its name stands what was there before, or all of the new one.
/// A device or a pipe is written itself; where the name is a link, what it leads to is replaced.
struct WholeFile {
    private let place: String
    /// Nil for what is written itself.
    private let temporary: String?
    private let file: Descriptor

    /// Whoever makes one calls `finish` or `abandon`. Errors: a file that can't be made.
    init(_ path: String) throws(EngineError) {
        if Connection.isFile(path) == false {
            (place, temporary) = (path, nil)
            file = try Connection.newFile(path)
        } else {
            place = (try? Disk.resolved(path)) ?? path
            let temporary = "\(place).\(CurrentProcess.number).part"
            self.temporary = temporary
            file = try Connection.newFile(temporary, exclusive: true)
        }
    }

    func write(_ bytes: [UInt8]) throws(EngineError) { try file.write(bytes) }

    func finish() throws(EngineError) {
        file.closeNow()
        guard let temporary else { return }
        do throws(EngineError) { try Connection.rename(temporary, to: place) } catch {
            Connection.removeFile(temporary)
            throw error
        }
    }

    func abandon() {
        file.closeNow()
        if let temporary { Connection.removeFile(temporary) }
    }

    /// Writes all that `body` gives.
    static func write(_ path: String, _ body: (_ write: ([UInt8]) throws -> Void) throws -> Void) throws {
        let file = try WholeFile(path)
        do { try body { try file.write($0) } } catch {
            file.abandon()
            throw error
        }
        try file.finish()
    }
}
