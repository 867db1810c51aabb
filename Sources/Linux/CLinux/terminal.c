#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

int cl_unlock_terminal(int master) {
    int locked = 0;
    return ioctl(master, TIOCSPTLCK, &locked) < 0 ? -errno : 0;
}

int cl_open_peer(int master) {
    int fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int cl_take_terminal(int terminal) { return ioctl(terminal, TIOCSCTTY, 0) < 0 ? -errno : 0; }

int cl_set_window(int terminal, uint16_t columns, uint16_t rows) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    return ioctl(terminal, TIOCSWINSZ, &size) < 0 ? -errno : 0;
}

int cl_set_pipe_size(int pipe, int bytes) {
    int size = fcntl(pipe, F_SETPIPE_SZ, bytes);
    return size < 0 ? -errno : size;
}

int cl_bytes_waiting(int fd) {
    int count = 0;
    return ioctl(fd, FIONREAD, &count) < 0 ? -errno : count;
}
