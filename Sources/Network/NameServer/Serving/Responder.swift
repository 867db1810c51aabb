internal import Primitives

/// Answers what the directory knows. It works on bytes and keeps no state but that of its dice.
struct Responder {
    enum Outcome: Equatable {
        case ignore
        /// The answer was written; its length.
        case reply(Int)
        /// Another server may know.
        case forward(Query)
    }

    /// For the order of addresses, not for secrets.
    private var random: QuickRandom
    /// Numbers of addresses, kept to allocate nothing.
    private var order: [Int] = []

    init(seed: UInt64) { random = QuickRandom(state: seed) }

    /// The answer to any bytes. `limit` is what one answer may have; nil over UDP, where the query says it.
    mutating func respond(
        to message: UnsafeRawBufferPointer, for view: View?, _ directory: Directory, limit: Int? = nil,
        into room: UnsafeMutableRawBufferPointer
    ) -> Outcome {
        let query: Query
        do throws(QueryRejection) {
            query = try Query(message)
        } catch {
            guard case .refuse(let header, let code) = error else { return .ignore }
            return .reply(Answer.refusal(header, code, room))
        }
        var answer = Answer(query, message, MessageWriter(room, limit: limit ?? query.datagramLimit))
        if let extended = query.extended, extended.version != 0 { return .reply(answer.finish(.badVersion)) }
        guard let view else { return .reply(answer.finish(.serverFailure)) }
        if answerKnown(query, message, view, directory, &answer) { return .reply(answer.finish(.noError)) }
        return view.upstreams.isEmpty ? .reply(answer.finish(.serverFailure)) : .forward(query)
    }

    /// False when the question is for others. Of types, only these are answered, as Docker does; for MX a known name
    /// has no record, by which mailers know that the name itself takes mail (RFC 5321 5.1).
    private mutating func answerKnown(
        _ query: Query, _ message: UnsafeRawBufferPointer, _ view: View, _ directory: Directory, _ answer: inout Answer
    ) -> Bool {
        guard query.question.recordClass == .internet || query.question.recordClass == .any else { return false }
        let name = UnsafeRawBufferPointer(rebasing: message[query.question.name])
        switch query.question.type {
        case .ptr: return answerPointer(name, view, directory, &answer)
        case .a, .aaaa, .mx: break
        default: return false
        }
        guard let addresses = directory.addresses(name, view) else {
            return query.question.type != .mx && view.keepsSingleLabels && name.count > 0
                && name.count == 1 + Int(name[0])
        }
        if query.question.type == .a { write(addresses.v4, &answer) { $0.address($1) } }
        if query.question.type == .aaaa { write(addresses.v6, &answer) { $0.address($1) } }
        return true
    }

    /// In random order, so that endpoints which share a name share the work; as many as fit.
    private mutating func write<Address>(
        _ addresses: [Address], _ answer: inout Answer, _ put: (inout MessageWriter, Address) -> Bool
    ) {
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: addresses.indices)
        for index in order.indices {
            order.swapAt(index, Int.random(in: index..<order.count, using: &random))
            guard put(&answer.writer, addresses[order[index]]) else { return answer.cut() }
        }
    }

    private func answerPointer(
        _ name: UnsafeRawBufferPointer, _ view: View, _ directory: Directory, _ answer: inout Answer
    ) -> Bool {
        guard let address = ReverseName.address(name), let owner = directory.owner(address, view) else { return false }
        if !answer.writer.pointer(to: owner) { answer.cut() }
        return true
    }
}
