/// Columns as Go's `text/tabwriter` lays them out with 1.6's settings: at least 20 wide, 3 blanks apart, last one free.
enum TabWriter {
    static func text(_ rows: [[String]], minimumWidth: Int = 20, padding: Int = 3) -> String {
        let columns = rows.map(\.count).max() ?? 0
        var widths = [Int](repeating: minimumWidth, count: columns)
        for row in rows {
            for (column, cell) in row.enumerated().dropLast() {
                widths[column] = max(widths[column], cell.unicodeScalars.count + padding)
            }
        }
        var text = ""
        for row in rows {
            for (column, cell) in row.enumerated() {
                text += cell
                if column < row.count - 1 {
                    text += String(repeating: " ", count: max(0, widths[column] - cell.unicodeScalars.count))
                }
            }
            text += "\n"
        }
        return text
    }
}
