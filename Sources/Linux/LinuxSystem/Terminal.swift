internal import CLinux

/// Pseudoterminals by descriptor (`pty(7)`): no path is looked up, so nothing in a container's /dev can be in the way.
extension FD {
    /// The terminal behind this master, made usable first (TIOCSPTLCK, TIOCGPTPEER; Linux 4.13).
    public borrowing func openTerminalPeer() throws(SystemError) -> FD {
        try check(cl_unlock_terminal(rawValue), "ioctl", "TIOCSPTLCK")
        return FD(owning: try check(cl_open_peer(rawValue), "ioctl", "TIOCGPTPEER"))
    }

    /// Makes this the controlling terminal of the calling session leader.
    public borrowing func becomeControllingTerminal() throws(SystemError) {
        try check(cl_take_terminal(rawValue), "ioctl", "TIOCSCTTY")
    }

    /// Tells the terminal its size; the foreground process group gets SIGWINCH.
    public borrowing func setWindow(columns: UInt16, rows: UInt16) throws(SystemError) {
        try check(cl_set_window(rawValue, columns, rows), "ioctl", "TIOCSWINSZ")
    }
}
