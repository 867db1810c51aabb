"""Repositories that a server of this machine gives out: by git's own protocol over HTTP, as forges speak it."""
import http.server
import os
import subprocess
import threading


def git(folder, *args):
    env = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", HOME=str(folder))
    for role in ["AUTHOR", "COMMITTER"]:
        env |= {f"GIT_{role}_NAME": "t", f"GIT_{role}_EMAIL": "t@example.com"}
    done = subprocess.run(["git", "-C", str(folder), *args], env=env, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode().strip()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path, _, query = self.path.partition("?")
        self.server.asked.append((self.command, path.rpartition("/")[2]))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        env = dict(os.environ, GIT_PROJECT_ROOT=self.server.folder, GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path,
                   QUERY_STRING=query, REQUEST_METHOD=self.command, REMOTE_ADDR="127.0.0.1",
                   CONTENT_TYPE=self.headers.get("Content-Type", ""), GIT_PROTOCOL=self.headers.get("Git-Protocol", ""),
                   HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""), GIT_CONFIG_COUNT="1",
                   GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*")
        done = subprocess.run(["git", "http-backend"], env=env, input=body, stdout=subprocess.PIPE, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line]
        self.send_response(int(next((value for name, value in lines if name == "Status"), "200").split()[0]))
        for name, value in lines:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Repositories:
    """Bare repositories by name, each with a working tree in `work`."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.folder, self.server.asked = self.folder, []
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def fetches(self):
        """How often files were asked for, after the references."""
        return sum(1 for method, name in self.server.asked if method == "POST" and name == "git-upload-pack")

    def make(self, name, files):
        """A new repository with one commit on the branch trunk."""
        work = os.path.join(self.folder, "work", name)
        os.makedirs(work)
        git(work, "init", "-q", "-b", "trunk")
        self.commit(name, files, push=False)
        git(self.folder, "clone", "-q", "--bare", work, name + ".git")
        git(work, "remote", "add", "origin", os.path.join(self.folder, name + ".git"))
        return f"{self.url}/{name}.git"

    def work(self, name):
        return os.path.join(self.folder, "work", name)

    def commit(self, name, files, push=True):
        """Writes files, or links where a content is a tuple; the commit's name."""
        for path, content in files.items():
            path = os.path.join(self.work(name), path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if isinstance(content, tuple):
                os.symlink(content[0], path)
            else:
                with open(path, "w") as file:
                    file.write(content)
        git(self.work(name), "add", "-A")
        git(self.work(name), "commit", "-qm", "a commit")
        if push:
            self.push(name)
        return git(self.work(name), "rev-parse", "HEAD")

    def push(self, name):
        git(self.work(name), "push", "-q", "--mirror", "origin")

    def close(self):
        self.server.shutdown()
        self.server.server_close()
