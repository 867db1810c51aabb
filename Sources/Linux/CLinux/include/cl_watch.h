#pragma once
#include <stdint.h>

/// inotify_init1(2), non-blocking and close-on-exec.
int cl_inotify(void);
/// inotify_add_watch(2): the watch's number.
int cl_inotify_add(int fd, const char *_Nonnull path, uint32_t mask);
/// poll(2) of one descriptor, or of two when `second` is not -1: bit 0 is set when the first answers, bit 1 for the
/// second; 0 after `timeout` milliseconds (-1 waits for ever). EINTR counts as 0.
int cl_poll(int first, int second, int events, int timeout);
