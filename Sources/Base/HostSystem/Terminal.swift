#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The user's terminal.
public enum Terminal {
    /// Rows and columns; nil when the descriptor is no terminal.
    public static func size(of descriptor: Descriptor) -> (rows: Int, columns: Int)? {
        var size = winsize()
        guard ioctl(descriptor.number, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
        return (Int(size.ws_row), Int(size.ws_col))
    }

    /// What to set a terminal back to.
    public struct Saved: Sendable {
        fileprivate let settings: termios
        fileprivate let descriptor: Descriptor

        public func restore() {
            var settings = settings
            tcsetattr(descriptor.number, TCSANOW, &settings)
        }
    }

    /// What is typed is not shown; nil when the descriptor is no terminal.
    public static func hideInput(_ descriptor: Descriptor) -> Saved? {
        var settings = termios()
        guard tcgetattr(descriptor.number, &settings) == 0 else { return nil }
        let saved = Saved(settings: settings, descriptor: descriptor)
        settings.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(descriptor.number, TCSAFLUSH, &settings) == 0 else { return nil }
        return saved
    }

    /// Every byte goes through as it is (`cfmakeraw(3)`); nil when the descriptor is no terminal.
    public static func makeRaw(_ descriptor: Descriptor) -> Saved? {
        var settings = termios()
        guard tcgetattr(descriptor.number, &settings) == 0 else { return nil }
        let saved = Saved(settings: settings, descriptor: descriptor)
        cfmakeraw(&settings)
        guard tcsetattr(descriptor.number, TCSANOW, &settings) == 0 else { return nil }
        return saved
    }
}
