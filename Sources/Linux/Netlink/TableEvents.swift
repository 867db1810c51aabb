internal import CLinux
public import LinuxSystem

/// Hears of nftables' tables that go away (NFNLGRP_NFTABLES, `linux/netfilter/nfnetlink.h`).
public struct TableEvents: ~Copyable, Sendable {
    private let socket: FD

    /// Of the calling thread's network namespace.
    public init() throws(SystemError) {
        let opened = FD(owning: try check(cl_netlink_open(12, 1), "socket", "netlink"))
        try check(cl_netlink_join(opened.rawValue, 7), "setsockopt", "netlink")
        socket = opened
    }

    /// To wait on; readable when something has happened to a table, a chain or a set.
    public var descriptor: Int32 { socket.rawValue }

    /// Reads what has come. True when a table of that name went away, or when so much happened that some was not told.
    public borrowing func tellsOfRemoval(of table: String) -> Bool {
        let capacity = 65_536
        var length = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            if let base = buffer.baseAddress { length = cl_netlink_receive(socket.rawValue, base, capacity) }
            count = max(0, min(length, capacity))
        }
        // ENOBUFS
        if length == -105 || length > capacity { return true }
        return (NetlinkMessage.split(bytes) ?? []).contains { message in
            // NFNL_SUBSYS_NFTABLES, NFT_MSG_DELTABLE; behind nfgenmsg NFTA_TABLE_NAME
            message.type == 10 << 8 | 2
                && NetlinkAttribute.list(message.payload, from: 4)?.first { $0.type == 1 }?.text == table
        }
    }
}
