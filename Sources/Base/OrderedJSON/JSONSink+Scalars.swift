// How single values look: Go's encoding/json (encode.go: appendString, floatEncoder).
extension JSONSink {
    func write(_ value: Bool) {
        if value { append("true") } else { append("false") }
    }

    func writeNull() { append("null") }

    @inline(__always)
    func write(integer value: some FixedWidthInteger) {
        writeDigits(UInt64(truncatingIfNeeded: value.magnitude), isNegative: value < 0)
    }

    private func writeDigits(_ magnitude: UInt64, isNegative: Bool) {
        if isNegative { append(UInt8(ascii: "-")) }
        if magnitude < 10 { return append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude)) }
        var rest = magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            append(UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }

    func write(_ value: Double) {
        guard value.isFinite else { return writeUnsupported("\(value)") }
        writeFloat(value.description, magnitude: value.magnitude)
    }

    func write(_ value: Float) {
        guard value.isFinite else { return writeUnsupported("\(value)") }
        writeFloat(value.description, magnitude: Double(value.magnitude))
    }

    private func writeUnsupported(_ text: String) {
        fail(JSONError("json: unsupported value: \(text)"))
        writeNull()
    }

    /// Swift's shortest digits in Go's layout: plain from 1e-6 up to 1e21, `1e-9` and `1e+21` outside.
    private func writeFloat(_ description: String, magnitude: Double) {
        var digits: [UInt8] = []
        var pointShift = 0
        var isAfterPoint = false
        var rest = description.utf8[...]
        if rest.first == UInt8(ascii: "-") {
            append(UInt8(ascii: "-"))
            rest.removeFirst()
        }
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "e") {
                pointShift += Int(String(rest) ?? "") ?? 0
                break
            }
            if byte == UInt8(ascii: ".") {
                isAfterPoint = true
            } else {
                digits.append(byte)
                if isAfterPoint { pointShift -= 1 }
            }
        }
        while digits.count > 1, digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            pointShift += 1
        }
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(min(leading, digits.count - 1))
        let isPlain = magnitude == 0 || (magnitude >= 1e-6 && magnitude < 1e21)
        append(digits: digits, pointShift: magnitude == 0 ? 0 : pointShift, plain: isPlain)
    }

    /// `digits` × 10^`pointShift`.
    private func append(digits: [UInt8], pointShift: Int, plain: Bool) {
        let point = digits.count + pointShift
        guard plain else {
            append(digits[0])
            if digits.count > 1 {
                append(UInt8(ascii: "."))
                for digit in digits[1...] { append(digit) }
            }
            append(UInt8(ascii: "e"))
            if point > 0 { append(UInt8(ascii: "+")) }
            return write(integer: point - 1)
        }
        if point <= 0 { append("0.") }
        for _ in 0..<max(0, -point) { append(UInt8(ascii: "0")) }
        for (index, digit) in digits.enumerated() {
            if index == point, point > 0 { append(UInt8(ascii: ".")) }
            append(digit)
        }
        for _ in 0..<max(0, pointShift) { append(UInt8(ascii: "0")) }
    }

    func write(_ text: String) {
        append(UInt8(ascii: "\""))
        var copy = text
        copy.withUTF8 { appendEscaped($0) }
        append(UInt8(ascii: "\""))
    }

    private func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>) {
        var copied = 0
        var index = Self.plainPrefix(bytes)
        while index < bytes.count {
            let byte = bytes[index]
            let width = Self.escapedWidth(byte, escapesHTML, at: index, in: bytes)
            if width > 0 {
                append(UnsafeBufferPointer(rebasing: bytes[copied..<index]))
                appendEscape(byte, last: bytes[index + width - 1])
                copied = index + width
            }
            index += max(width, 1)
        }
        append(copied == 0 ? bytes : UnsafeBufferPointer(rebasing: bytes[copied...]))
    }

    /// How many bytes at the start certainly need no escape, found eight at a time.
    @inline(__always)
    private static func plainPrefix(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var index = 0
        let raw = UnsafeRawBufferPointer(bytes)
        while index &+ 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let control = (word &- 0x2020_2020_2020_2020) & ~word
            let quotes = zeroBytes(word ^ 0x2222_2222_2222_2222) | zeroBytes(word ^ 0x5c5c_5c5c_5c5c_5c5c)
            let angles = zeroBytes((word ^ 0x3c3c_3c3c_3c3c_3c3c) & ~0x0202_0202_0202_0202)
            let others = zeroBytes(word ^ 0x2626_2626_2626_2626) | zeroBytes(word ^ 0xe2e2_e2e2_e2e2_e2e2)
            if (control | quotes | angles | others) & 0x8080_8080_8080_8080 != 0 { break }
            index &+= 8
        }
        return index
    }

    /// Sets the top bit of the first byte that is zero (and perhaps of some behind it).
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 { (word &- 0x0101_0101_0101_0101) & ~word }

    /// How many bytes at `index` have to be written as an escape; 0 if none.
    @inline(__always)
    private static func escapedWidth(
        _ byte: UInt8, _ escapesHTML: Bool, at index: Int, in bytes: UnsafeBufferPointer<UInt8>
    ) -> Int {
        if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return 1 }
        if escapesHTML, byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&") { return 1 }
        // U+2028 and U+2029, which JavaScript takes for line ends.
        if byte == 0xE2, index + 2 < bytes.count, bytes[index + 1] == 0x80, bytes[index + 2] & 0xFE == 0xA8 { return 3 }
        return 0
    }

    private func appendEscape(_ byte: UInt8, last: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        case 0xE2: if last == 0xA8 { append("\\u2028") } else { append("\\u2029") }
        default:
            append("\\u00")
            append(hexDigit(byte >> 4))
            append(hexDigit(byte & 15))
        }
    }

    private func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

extension JSONSink {
    func write(_ value: JSONValue) {
        switch value {
        case .null: writeNull()
        case .bool(let value): write(value)
        case .integer(let value): write(integer: value)
        case .unsigned(let value): write(integer: value)
        case .double(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements): write(elements)
        case .object(let object): write(object)
        }
    }

    func write(_ elements: [JSONValue]) {
        open(object: false)
        let inner = depth
        for element in elements {
            beginElement(depth: inner)
            write(element)
        }
        close(to: inner - 1)
    }

    func write(_ object: JSONObject) {
        open(object: true)
        let inner = depth
        for (key, value) in object.entries {
            beginMember(key, depth: inner)
            write(value)
        }
        close(to: inner - 1)
    }
}
