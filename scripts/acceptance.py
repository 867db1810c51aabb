#!/usr/bin/env python3
"""acceptance.py RESULTS: runs the files of the acceptance tests side by side and leaves one JUnit file for each in RESULTS.

One worker (of `WORKERS`, 2) is on this host, the others each in a network and a mount namespace of their own, so that what the
tests count on the host (links, firewall tables, mounts) is what they made themselves. Each file is a run of its own, with an
engine of its own. `K` narrows the tests as pytest's `-k`. What the tests need is made once, before them. Exit status 1 when
anything failed."""
import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TESTS = TOP + "/Tests/Acceptance"
PYTEST = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider"]
NOTHING_SELECTED = 5
# Seconds for one file: far more than any takes.
LONGEST = 2400
# These take longest, so they begin.
FIRST = ["test_machine", "test_crash", "test_build_storm", "test_commit_crash", "test_hostile_archives", "test_transfer_storms",
         "test_hostile_registry", "test_images", "test_build_software", "test_build_equal"]
# These fetch packages, with the host's own network.
HOST = {"test_build_software", "test_docker_py_suite"}
# The environment's name, the script, its arguments after the file.
INPUTS = [
    ("BUSYBOX_TAR", "make-busybox.sh", []),
    ("BASE_TAR", "make-debian.sh", ["ca-certificates"]),
    ("DEBIAN_TAR", "make-debian.sh", ["nginx-light", "redis-server"]),
]
# A network namespace shows its own links in a /sys of its own, which then lacks the control groups.
APART = ["unshare", "--net", "--mount", "bash", "-euc",
         'mount --rbind /sys/fs/cgroup "$0"; mount -t sysfs sysfs /sys; mount --rbind "$0" /sys/fs/cgroup; '
         'umount -l "$0"; ip link set lo up; exec "$@"']


def selected(pattern):
    """The names of the files that have tests of that pattern."""
    names = {name.removesuffix(".py") for name in os.listdir(TESTS) if name.startswith("test_") and name.endswith(".py")}
    if not pattern:
        return names
    listed = subprocess.run([*PYTEST, "--collect-only", "-q", "-k", pattern, TESTS], capture_output=True, text=True)
    if listed.returncode not in (0, NOTHING_SELECTED):
        sys.exit(listed.stdout + listed.stderr)
    return names & {os.path.basename(line.split(".py::")[0]) for line in listed.stdout.splitlines() if ".py::" in line}


def in_order(names):
    return [name for name in FIRST if name in names] + sorted(names - set(FIRST))


def make_inputs(folder):
    """What many files need, unless the environment says where it is."""
    for variable, script, packages in INPUTS:
        if variable not in os.environ:
            path = f"{folder}/{variable}.tar"
            subprocess.run([f"{TOP}/scripts/{script}", path, *packages], check=True, stdout=subprocess.DEVNULL)
            os.environ[variable] = path


class Run:
    def __init__(self, results, pattern):
        self.results, self.pattern = results, pattern
        names = in_order(selected(pattern))
        self.hosts, self.anywhere = queue.SimpleQueue(), queue.SimpleQueue()
        for name in names:
            (self.hosts if name in HOST else self.anywhere).put(name)
        self.count, self.failed = len(names), []
        self.printing = threading.Lock()

    def work(self, prefix, *queues):
        for files in queues:
            with contextlib.suppress(queue.Empty):
                while True:
                    self.test(prefix, files.get_nowait())

    def test(self, prefix, name):
        begin = time.monotonic()
        command = [*prefix, *PYTEST, "-q", "--tb=short", "-k", self.pattern, "--durations=5",
                   f"--junitxml={self.results}/{name}.xml", f"{TESTS}/{name}.py"]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                  stdin=subprocess.DEVNULL, timeout=LONGEST)
            status, output = done.returncode, done.stdout
        except subprocess.TimeoutExpired as ended:
            status, output = 1, (ended.stdout or b"").decode(errors="replace") + f"\n{name}: no end after {LONGEST} s\n"
        self.note_the_end(name, status)
        self.tell(name, status, output, time.monotonic() - begin)

    def note_the_end(self, name, status):
        """A run that ended before its time leaves an empty file, which counts as a failure."""
        path = f"{self.results}/{name}.xml"
        if status == NOTHING_SELECTED:
            os.remove(path)
        elif status != 0:
            open(path, "a").close()

    def tell(self, name, status, output, seconds):
        last = (output.strip().splitlines() or [""])[-1].strip("= ")
        with self.printing:
            if status not in (0, NOTHING_SELECTED):
                self.failed.append(name)
                print(output, flush=True)
            print(f"{time.strftime('%H:%M:%S')} {name}: {last} ({seconds:.0f} s)", flush=True)


def main(results):
    os.makedirs(results, exist_ok=True)
    run = Run(os.path.abspath(results), os.environ.get("K", ""))
    with tempfile.TemporaryDirectory(prefix="mt-inputs-") as folder, contextlib.ExitStack() as stack:
        make_inputs(folder)
        workers = [threading.Thread(target=run.work, args=([], run.hosts, run.anywhere))]
        for _ in range(1, int(os.environ.get("WORKERS", "2"))):
            mark = stack.enter_context(tempfile.TemporaryDirectory(prefix="mt-cgroups-"))
            workers.append(threading.Thread(target=run.work, args=([*APART, mark], run.anywhere)))
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    if run.failed:
        print(f"{len(run.failed)} of {run.count} files failed: " + " ".join(sorted(run.failed)))
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
