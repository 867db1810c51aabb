"""A small virtual machine of the tests' own: Debian's cloud kernel under emulation, with a unified control group hierarchy.

Its root is this machine's, read-only, so the binaries under test, Python and all tools are there without an image. For what
this machine's kernel can't show: cgroup v2 with all controllers, an older Linux, and the loss of power."""
import glob
import os
import shutil
import subprocess
import tempfile
import time

from .engine import TOP

KERNEL = TOP + "/.machine"
MODULES = ["virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci", "fuse", "virtiofs", "virtio_blk"]
#: What the engine and its tests use; a kernel of a distribution loads these by itself.
WANTED = ["overlay", "veth", "bridge", "br_netfilter", "nf_tables", "nft_nat", "nft_masq", "nft_chain_nat", "nft_ct", "nft_fib_inet", "loop", "btrfs"]


def missing():
    """What has to be installed first; None if nothing."""
    if not shutil.which("qemu-system-x86_64") or not share_server():
        return "qemu-system-x86"
    if not glob.glob(KERNEL + "/boot/vmlinuz-*"):
        return "a kernel: scripts/fetch-kernel.sh"
    return None


def share_server():
    return next((path for path in ("/usr/lib/qemu/virtiofsd", "/usr/libexec/virtiofsd") if os.path.exists(path)), None)


class Machine:
    """Boots, runs a script, powers off. `out` is a folder that both sides see."""

    def __init__(self, memory=3072):
        self.memory = memory
        self.folder = tempfile.mkdtemp(prefix="mt-vm-")
        self.out = self.folder + "/out"
        os.mkdir(self.out)
        self.first_files = self.folder + "/initramfs.gz"
        self.make_first_files()
        self.servers, self.process = [], None

    def make_first_files(self):
        root = self.folder + "/initramfs"
        for name in ("bin", "proc", "new", "top", "modules"):
            os.makedirs(f"{root}/{name}")
        shutil.copy("/bin/busybox", root + "/bin/busybox")
        shutil.copy(TOP + "/Tests/Acceptance/machine/init", root + "/init")
        for name in MODULES:
            for path in glob.glob(f"{KERNEL}/lib/modules/*/kernel/**/{name}.ko", recursive=True):
                shutil.copy(path, root + "/modules")
        subprocess.run(f"find . | cpio -o -H newc --quiet | gzip -1 > {self.first_files}", shell=True, cwd=root, check=True)

    def disk(self, name, megabytes):
        """A file with an empty ext4 file system, that is /dev/vda, /dev/vdb … in the order of `boot`."""
        path = f"{self.folder}/{name}.ext4"
        with open(path, "wb") as file:
            file.truncate(megabytes << 20)
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-F", path], check=True)
        return path

    def boot(self, script, disks=()):
        with open(self.out + "/script", "w") as file:
            file.write("for module in " + " ".join(WANTED) + f"; do modprobe -d {KERNEL} $module; done\n" + script)
        if os.path.exists(self.out + "/status"):
            os.remove(self.out + "/status")
        shares = [self.share("root", "/", "always"), self.share("out", self.out, "none")]
        command = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-smp", "2", "-m", str(self.memory), "-nodefaults",
                   "-display", "none", "-no-reboot", "-serial", f"file:{self.folder}/console",
                   "-kernel", glob.glob(KERNEL + "/boot/vmlinuz-*")[0], "-initrd", self.first_files,
                   "-append", f"console=ttyS0 quiet panic=-1 rdinit=/init top={TOP}",
                   "-object", f"memory-backend-memfd,id=memory,size={self.memory}M,share=on", "-numa", "node,memdev=memory"]
        for tag, socket in shares:
            command += ["-chardev", f"socket,id={tag},path={socket}", "-device", f"vhost-user-fs-pci,chardev={tag},tag={tag}"]
        for path in disks:
            command += ["-drive", f"if=virtio,format=raw,file={path}"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                                        stdout=open(self.folder + "/qemu.log", "ab"))
        return self

    def share(self, tag, source, cache):
        socket = f"{self.folder}/{tag}.sock"
        if os.path.exists(socket):
            os.remove(socket)
        self.servers.append(subprocess.Popen(
            [share_server(), "-f", "--socket-path=" + socket, "-o", f"source={source},cache={cache},sandbox=chroot"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(self.folder + "/share.log", "ab")))
        self.until(lambda: os.path.exists(socket), 10, "the server of files")
        return tag, socket

    def run(self, script, seconds, disks=()):
        """The script's exit status, when it is over and the power is off."""
        self.boot(script, disks)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the machine is still running after {seconds} s:\n{self.console()}") from None
        finally:
            self.cut_power()
        assert os.path.exists(self.out + "/status"), f"the machine ended before its script:\n{self.console()}"
        return int(self.read("status"))

    def wait_for(self, name, seconds):
        """Waits until the script has made a file of that name in /run/out."""
        def is_there():
            assert self.process.poll() is None, f"the machine is off:\n{self.console()}"
            return os.path.exists(f"{self.out}/{name}")
        self.until(is_there, seconds, name)

    def until(self, condition, seconds, what):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"{what} is not there after {seconds} s:\n{self.console()}"
            time.sleep(0.02)

    def cut_power(self):
        """What the machine had not written to its disks is gone."""
        for process in [self.process, *self.servers]:
            if process is not None:
                process.kill()
                process.wait()
        self.servers, self.process = [], None

    def read(self, name):
        with open(f"{self.out}/{name}") as file:
            return file.read()

    def console(self):
        texts = []
        for path in (self.folder + "/console", self.folder + "/qemu.log"):
            if os.path.exists(path):
                with open(path, errors="replace") as file:
                    texts.append(file.read()[-6000:])
        return "\n".join(texts)

    def close(self):
        self.cut_power()
        shutil.rmtree(self.folder)
