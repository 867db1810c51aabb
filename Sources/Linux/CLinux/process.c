#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RESULT(call)                                                                                                   \
    ({                                                                                                                 \
        long result_ = (call);                                                                                         \
        result_ < 0 ? -errno : result_;                                                                                \
    })

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif

int cl_clone(uint64_t flags, int cgroup, int *pidfd) {
    /* A child of the caller's parent ends with the signal that the caller would end with. */
    struct clone_args arguments = {
        .flags = flags | CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD};
    if (flags & CLONE_INTO_CGROUP) arguments.cgroup = (uint64_t)cgroup;
    return (int)RESULT(syscall(SYS_clone3, &arguments, sizeof arguments));
}

int cl_unshare(int flags) { return (int)RESULT(unshare(flags)); }
int cl_setns(int fd, int flags) { return (int)RESULT(setns(fd, flags)); }

static int decode(const siginfo_t *info, int *status) {
    *status = info->si_code == CLD_EXITED ? info->si_status : 128 + info->si_status;
    return info->si_pid;
}

static int await(idtype_t type, id_t id, int options, int *status) {
    siginfo_t info;
    int result;
    do {
        info.si_pid = 0;
        result = waitid(type, id, &info, WEXITED | options);
    } while (result < 0 && errno == EINTR);
    if (result < 0) return -errno;
    return info.si_pid == 0 ? 0 : decode(&info, status);
}

int cl_reap(int *status) { return await(P_ALL, 0, WNOHANG | __WALL, status); }
int cl_wait_pidfd(int pidfd, int nohang, int *status) {
    return await((idtype_t)P_PIDFD, (id_t)pidfd, (nohang ? WNOHANG : 0) | __WALL, status);
}

int cl_pidfd_open(int pid) { return (int)RESULT(syscall(SYS_pidfd_open, pid, 0)); }
int cl_pidfd_signal(int pidfd, int signal) { return (int)RESULT(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0)); }
int cl_kill(int pid, int signal) { return (int)RESULT(kill(pid, signal)); }

int cl_execve(const char *path, char *const *arguments, char *const *environment) {
    execve(path, arguments, environment);
    return -errno;
}

void cl_exit(int code) { _exit(code); }
int cl_prctl(int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    return (int)RESULT(prctl(operation, a, b, c, d));
}

int cl_setgroups(const uint32_t *groups, size_t count) { return (int)RESULT(syscall(SYS_setgroups, count, groups)); }
int cl_setresuid(uint32_t uid) { return (int)RESULT(syscall(SYS_setresuid, uid, uid, uid)); }
int cl_setresgid(uint32_t gid) { return (int)RESULT(syscall(SYS_setresgid, gid, gid, gid)); }

int cl_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
        {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)}};
    return (int)RESULT(syscall(SYS_capset, &header, data));
}

int cl_setrlimit(int resource, uint64_t soft, uint64_t hard) {
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
    return (int)RESULT(setrlimit(resource, &limit));
}

int cl_close_range(unsigned first, unsigned last, unsigned flags) {
    return (int)RESULT(syscall(SYS_close_range, first, last, flags));
}

int cl_set_nice(int nice) { return (int)RESULT(setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nice)); }
int cl_set_io_priority(int priority) {
    const int process = 1; // IOPRIO_WHO_PROCESS: 0 is the calling thread
    return (int)RESULT(syscall(SYS_ioprio_set, process, 0, priority));
}
int cl_setsid(void) { return (int)RESULT(setsid()); }
uint32_t cl_umask(uint32_t mask) { return umask((mode_t)mask); }
int cl_chdir(const char *path) { return (int)RESULT(chdir(path)); }
int cl_fchdir(int fd) { return (int)RESULT(fchdir(fd)); }
ssize_t cl_getcwd(char *buffer, size_t size) { return RESULT(syscall(SYS_getcwd, buffer, size)); }
int cl_dup_onto(int fd, int target) { return (int)RESULT(dup2(fd, target)); }
int cl_sethostname(const char *name, size_t length) { return (int)RESULT(sethostname(name, length)); }
int cl_setdomainname(const char *name, size_t length) { return (int)RESULT(setdomainname(name, length)); }
int cl_join_session_keyring(const char *name) { return (int)RESULT(syscall(SYS_keyctl, 1, name, 0, 0, 0)); }

int cl_seccomp(const void *program, uint16_t count, unsigned flags) {
    struct sock_fprog filter = {.len = count, .filter = (struct sock_filter *)program};
    return (int)RESULT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter));
}

int cl_memfd(const char *name) {
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (fd < 0 && errno == EINVAL) fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return fd < 0 ? -errno : fd;
}

int cl_seal(int fd) {
    int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (fcntl(fd, F_ADD_SEALS, seals | F_SEAL_EXEC) == 0) return 0;
    return (int)RESULT(fcntl(fd, F_ADD_SEALS, seals));
}

ssize_t cl_sendfile(int to, int from, int64_t *offset, size_t count) { return RESULT(sendfile(to, from, offset, count)); }

/* Numbers out of the way of 0 to 4, so that no dup2 below overwrites what a later one needs. */
static int move_up(int fd) { return (int)RESULT(fcntl(fd, F_DUPFD_CLOEXEC, 10)); }

static int spawn_moved(int image, char *const *arguments, int control) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    char *environment[] = {NULL};
    pid_t pid = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_adddup2(&actions, control, 3);
    posix_spawn_file_actions_adddup2(&actions, image, 4);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, 0, 1);
    posix_spawn_file_actions_adddup2(&actions, 0, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 5);
    int result = posix_spawn(&pid, "/proc/self/fd/4", &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return result == 0 ? pid : -result;
}

int cl_spawn_detached(int image, char *const *arguments, int control) {
    int high_image = move_up(image);
    if (high_image < 0) return high_image;
    int high_control = move_up(control);
    int result = high_control < 0 ? high_control : spawn_moved(high_image, arguments, high_control);
    close(high_image);
    if (high_control >= 0) close(high_control);
    return result;
}

int cl_block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    return (int)RESULT(sigprocmask(SIG_SETMASK, &all, NULL));
}

int cl_reset_signals(void) {
    sigset_t none;
    for (int number = 1; number < 65; number++) {
        struct sigaction action;
        /* Only those that were changed: the shim changes none, an inherited SIG_IGN would outlive execve. */
        if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL) signal(number, SIG_DFL);
    }
    sigemptyset(&none);
    return (int)RESULT(sigprocmask(SIG_SETMASK, &none, NULL));
}

int cl_child_signals(void) {
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    return (int)RESULT(signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
}

static int64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t cl_realtime(void) { return nanoseconds(CLOCK_REALTIME); }
int64_t cl_monotonic(void) { return nanoseconds(CLOCK_MONOTONIC); }
void cl_release_memory(void) { malloc_trim(0); }
