"""File systems of the tests' own: in files that have no name any more, mounted outside of the engines' folders."""
import os
import subprocess
import tempfile


class Disk:
    def __init__(self, *make, megabytes=512):
        """`make` is a program such as mkfs.btrfs with its options."""
        self.path = tempfile.mkdtemp(prefix="mt-disk-")
        file = self.path + ".img"
        try:
            with open(file, "wb") as image:
                image.truncate(megabytes << 20)
            subprocess.run([*make, file], check=True, stdout=subprocess.DEVNULL)
            subprocess.run(["mount", "-o", "loop", file, self.path], check=True)
        finally:
            os.remove(file)

    @classmethod
    def of_memory(cls, megabytes=1024):
        """For what is written and synced a lot, and has to outlast a process only."""
        disk = cls.__new__(cls)
        disk.path = tempfile.mkdtemp(prefix="mt-disk-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", disk.path], check=True)
        return disk

    def close(self):
        subprocess.run(["umount", self.path], check=True)
        os.rmdir(self.path)
