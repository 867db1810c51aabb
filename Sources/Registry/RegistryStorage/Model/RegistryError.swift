public import OrderedJSON
internal import Primitives

/// Why a registry refuses (OCI distribution-spec 1.1, "Error Codes"; the others are distribution's own).
public struct RegistryError: Error, Sendable {
    /// The closed set of codes, as they are on the wire.
    public enum Code: String, Sendable, CaseIterable {
        case unknown = "UNKNOWN"
        case unsupported = "UNSUPPORTED"
        case unauthorized = "UNAUTHORIZED"
        case denied = "DENIED"
        case unavailable = "UNAVAILABLE"
        case tooManyRequests = "TOOMANYREQUESTS"
        case digestInvalid = "DIGEST_INVALID"
        case sizeInvalid = "SIZE_INVALID"
        case rangeInvalid = "RANGE_INVALID"
        case nameInvalid = "NAME_INVALID"
        case nameUnknown = "NAME_UNKNOWN"
        case tagInvalid = "TAG_INVALID"
        case manifestUnknown = "MANIFEST_UNKNOWN"
        case manifestInvalid = "MANIFEST_INVALID"
        case manifestBlobUnknown = "MANIFEST_BLOB_UNKNOWN"
        case blobUnknown = "BLOB_UNKNOWN"
        case blobUploadUnknown = "BLOB_UPLOAD_UNKNOWN"
        case blobUploadInvalid = "BLOB_UPLOAD_INVALID"
        case paginationNumberInvalid = "PAGINATION_NUMBER_INVALID"
    }

    public var code: Code
    /// For people: lower case, no full stop.
    public var message: String
    public var detail: JSONValue
    /// Another status than the code's own: 413 for what is too large.
    public var status: Int
    /// The lower error, for the log; never sent to a client.
    public var cause: (any Error)?

    public init(
        _ code: Code, _ message: String? = nil, detail: JSONValue = .null, status: Int? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message ?? code.sentence
        self.detail = detail
        self.status = status ?? code.status
        self.cause = cause
    }

    /// A driver's failure. `missing` is what it means when something isn't there.
    init(_ error: EngineError, missing: Code = .unknown, detail: JSONValue = .null) {
        switch error.kind {
        case .notFound where missing != .unknown: self.init(missing, detail: detail, cause: error)
        case .unavailable: self.init(.unavailable, "the storage fails", status: 503, cause: error)
        default: self.init(.unknown, "the storage fails", cause: error)
        }
    }

    /// `{"errors":[{"code":…,"message":…,"detail":…}]}`
    public var document: JSONValue {
        var entry: JSONObject = ["code": .string(code.rawValue), "message": .string(message)]
        if detail != .null { entry["detail"] = detail }
        return ["errors": [.object(entry)]]
    }
}

extension RegistryError.Code {
    public var status: Int {
        switch self {
        case .unknown: 500
        case .unsupported: 405
        case .unauthorized: 401
        case .denied: 403
        case .unavailable: 503
        case .tooManyRequests: 429
        case .rangeInvalid: 416
        case .nameUnknown, .manifestUnknown, .blobUnknown, .blobUploadUnknown: 404
        case .digestInvalid, .sizeInvalid, .nameInvalid, .tagInvalid, .manifestInvalid, .manifestBlobUnknown,
            .blobUploadInvalid, .paginationNumberInvalid:
            400
        }
    }

    var sentence: String {
        switch self {
        case .unknown: "unknown error"
        case .unsupported: "the operation is unsupported"
        case .unauthorized: "authentication required"
        case .denied: "requested access to the resource is denied"
        case .unavailable: "service unavailable"
        case .tooManyRequests: "too many requests"
        case .digestInvalid: "provided digest did not match uploaded content"
        case .sizeInvalid: "provided length did not match content length"
        case .rangeInvalid: "invalid content range"
        case .nameInvalid: "invalid repository name"
        case .nameUnknown: "repository name not known to registry"
        case .tagInvalid: "manifest tag did not match URI"
        case .manifestUnknown: "manifest unknown"
        case .manifestInvalid: "manifest invalid"
        case .manifestBlobUnknown: "blob unknown to registry"
        case .blobUnknown: "blob unknown to registry"
        case .blobUploadUnknown: "blob upload unknown to registry"
        case .blobUploadInvalid: "blob upload invalid"
        case .paginationNumberInvalid: "invalid number of results requested"
        }
    }
}

extension RegistryError: CustomStringConvertible {
    public var description: String {
        let reason = cause.map { ": \($0)" } ?? ""
        return "\(code.rawValue): \(message)\(reason)"
    }
}
