internal import Flags
internal import GoTemplate
internal import OrderedJSON

/// Rows for people, in columns or by `--format`.
struct Table {
    struct Column {
        var title: String
        var key: String

        init(_ title: String, _ key: String) {
            self.title = title
            self.key = key
        }
    }

    private let columns: [Column]
    /// Fields of these rows that are shown only when a format asks for them.
    private let others: [Column]
    private let minimumWidth: Int

    /// `minimumWidth`: of each column.
    init(_ columns: [Column], others: [Column] = [], minimumWidth: Int = 20) {
        self.columns = columns
        self.others = others
        self.minimumWidth = minimumWidth
    }

    func print(_ rows: [JSONValue], _ invocation: Invocation, idKey: String) throws {
        let format = invocation.flags.text("format")
        if invocation.flags.bool("quiet") && (format.isEmpty || format == "table") {
            for row in rows { invocation.console.print(row[idKey]?.stringValue ?? "") }
        } else {
            invocation.console.write(try text(rows, format: format))
        }
    }

    /// Lines, each with its end. Errors: a template that is none, or does not fit the rows.
    func text(_ rows: [JSONValue], format: String) throws -> String {
        if format.isEmpty || format == "table" {
            let cells = rows.map { row in columns.map { row[$0.key]?.stringValue ?? "" } }
            return TabWriter.text([columns.map(\.title)] + cells, minimumWidth: minimumWidth)
        }
        if format == "json" { return rows.map { Self.withoutMethods($0).text() + "\n" }.joined() }
        return try textByTemplate(rows, format)
    }

    private static func withoutMethods(_ row: JSONValue) -> JSONValue {
        guard var object = row.objectValue else { return row }
        object["Label"] = nil
        return .object(object)
    }

    /// Of fields that have no column of their own unless they are asked for.
    private static let titles = [
        ("ID", "ID"), ("CreatedAt", "CREATED AT"), ("CreatedSince", "CREATED"), ("Digest", "DIGEST"),
        ("IPv4", "IPV4"), ("IPv6", "IPV6"), ("Internal", "INTERNAL"), ("Labels", "LABELS"),
        ("LocalVolumes", "LOCAL VOLUMES"), ("Mounts", "MOUNTS"), ("Names", "NAMES"),
        ("Networks", "NETWORKS"), ("Ports", "PORTS"), ("RunningFor", "CREATED"), ("Size", "SIZE"), ("State", "STATE"),
        ("Status", "STATUS"), ("Image", "IMAGE"), ("Command", "COMMAND"), ("Label", ""),
    ]

    private func fields(of row: JSONValue) -> Set<String> {
        Set((row.objectValue?.keys ?? []) + Self.titles.map(\.0) + (columns + others).map(\.key))
    }

    private func textByTemplate(_ rows: [JSONValue], _ format: String) throws -> String {
        let isTable = format.hasPrefix("table ")
        let text = isTable ? String(format.dropFirst("table ".count)) : format
        let template = try Format.template(text.replacing("\\t", with: "\t").replacing("\\n", with: "\n"))
        let lines = try rows.map { try Format.render(template, $0, fields: fields(of: $0)) }
        guard isTable else { return lines.map { $0 + "\n" }.joined() }
        var titles = JSONObject(Self.titles.map { ($0.0, JSONValue.string($0.1)) })
        for column in columns + others { titles[column.key] = .string(column.title) }
        let head = try Format.render(template, .object(titles))
        let cells = ([head] + lines).map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        return TabWriter.text(cells, minimumWidth: 10)
    }
}

/// `--format` and `-f`.
enum Format {
    /// Errors: exit code 64, as 1.6 has it.
    static func template(_ text: String) throws -> Template {
        do throws(TemplateError) { return try Template(text) } catch {
            throw CommandFailure("Template parsing error: \(error)", exitCode: 64)
        }
    }

    /// `fields`: all that `value` can have; nil where it is what an engine has answered.
    static func render(_ template: Template, _ value: JSONValue, fields: Set<String>? = nil) throws -> String {
        do throws(TemplateError) { return try template.render(value, fields: fields) } catch {
            throw CommandFailure("\(fields == nil ? "" : "template parsing error: ")template: \(error)")
        }
    }
}
