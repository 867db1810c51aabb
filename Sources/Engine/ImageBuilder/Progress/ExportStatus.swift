public import APIModel
internal import OrderedJSON
public import Primitives

/// The last step of a build as BuildKit shows it: the image is written and gets its names.
public enum ExportStatus {
    /// `names`: with their registry. Nil for what can't be written as JSON.
    public static func message(
        _ id: String, names: [String], from start: Timestamp, to end: Timestamp
    ) -> ProgressMessage? {
        var vertex = BuildVertex(
            digest: Digest.sha256(of: Array("exporting to image \(id)".utf8)).description, name: "exporting to image")
        (vertex.started, vertex.completed) = (start.description, end.description)
        var status = BuildStatus()
        status.vertexes = [vertex]
        let parts = ["exporting layers", "writing image \(id)"] + names.map { "naming to \($0)" }
        status.statuses = parts.map { text in
            var part = BuildVertexStatus(id: text, vertex: vertex.digest)
            part.timestamp = end.description
            (part.started, part.completed) = (start.description, end.description)
            return part
        }
        guard let aux = try? OrderedJSONEncoder().encodeValue(status) else { return nil }
        var message = ProgressMessage(id: BuildStatus.messageID)
        message.aux = aux
        return message
    }
}
