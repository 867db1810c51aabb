internal import Primitives

extension S3Driver {
    /// Copies an object within the bucket, where S3 does the work; in parts past a size.
    func copy(_ source: String, size: Int64, to target: String) async throws {
        guard size > Int64(settings.copyThreshold) else {
            return try await client.copy(source, to: target, settings.objectHeaders)
        }
        let upload = try await client.beginUpload(target, settings.objectHeaders)
        do {
            let parts = try await copyParts(source, size: size, to: upload)
            try await client.finish(upload, parts)
        } catch {
            try? await client.abort(upload)
            throw error
        }
    }

    /// The first parts of an upload, several at a time.
    func copyParts(_ source: String, size: Int64, to upload: S3Upload) async throws -> [S3Part] {
        let client = client
        return try await withThrowingTaskGroup(of: S3Part.self) { group in
            var parts: [S3Part] = []
            for (index, range) in Self.ranges(size, chunk: Int64(settings.copyChunkSize)).enumerated() {
                if index >= settings.copyConcurrency, let part = try await group.next() { parts.append(part) }
                group.addTask { try await client.copy(source, range, part: index + 1, of: upload) }
            }
            for try await part in group { parts.append(part) }
            return parts.sorted { $0.number < $1.number }
        }
    }

    /// Parts of a chunk each; what is left over goes to the last, which then isn't too short to have another behind it.
    static func ranges(_ size: Int64, chunk: Int64) -> [Range<Int64>] {
        var (ranges, start): ([Range<Int64>], Int64) = ([], 0)
        while start < size {
            let rest = size - start
            let isLast = rest < chunk + Int64(S3Settings.partSizes.lowerBound) && rest <= S3Settings.largestCopy
            let end = isLast ? size : start + min(chunk, rest)
            ranges.append(start..<end)
            start = end
        }
        return ranges
    }
}
