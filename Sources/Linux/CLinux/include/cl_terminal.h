#pragma once
#include <stdint.h>

/// ioctl_tty(2) TIOCSPTLCK with 0: lets the other side be opened.
int cl_unlock_terminal(int master);
/// ioctl_tty(2) TIOCGPTPEER: the other side, found without a path. Linux 4.13.
int cl_open_peer(int master);
/// ioctl_tty(2) TIOCSCTTY: the caller, a session leader, takes `terminal` as its controlling terminal.
int cl_take_terminal(int terminal);
/// ioctl_tty(2) TIOCSWINSZ.
int cl_set_window(int terminal, uint16_t columns, uint16_t rows);
/// fcntl(2) F_SETPIPE_SZ: the size that was given, in bytes.
int cl_set_pipe_size(int pipe, int bytes);
/// ioctl(2) FIONREAD: bytes that can be read at once.
int cl_bytes_waiting(int fd);
