"""`docker build --check`: a Dockerfile is read where the client is; the screens are those of today's Docker."""
import pytest


@pytest.fixture
def folder(tmp_path):
    """A function that writes files into a context and gives its path."""
    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", ".")
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(tmp_path)
    return write


def test_a_good_dockerfile(ours, folder):
    result = ours("build", "--check", folder(Dockerfile="FROM scratch\nCMD [\"a\"]\n"))
    assert (result.status, result.text) == (0, "Check complete, no warnings found.\n")


def test_warnings_show_their_lines(ours, folder):
    path = folder(Dockerfile="FROM scratch as base\n")
    result = ours("build", "--check", path)
    assert result.status == 1 and result.complaint == ""
    assert result.text == f"""Check complete, 1 warning has been found!

WARNING: FromAsCasing - https://docs.docker.com/go/dockerfile/rule/from-as-casing/
'as' and 'FROM' keywords' casing do not match
{path}/Dockerfile:1
--------------------
   1 | >>> FROM scratch as base
   2 | {"    "}
--------------------
"""


def test_an_error_names_file_line_and_column(ours, folder):
    path = folder(App="FROM scratch\n  BADCMD bar\n")
    result = ours("build", "--check", "-f", path + "/App", path)
    assert (result.status, result.text) == (1, "")
    assert "ERROR: dockerfile parse error on line 2: unknown instruction: BADCMD" in result.complaint
    assert f"{path}/App:2:3\n" in result.complaint and "   2 | >>>   BADCMD bar\n" in result.complaint


def test_the_engine_tells_of_the_base_image(ours, folder):
    path = folder(Dockerfile="FROM busybox\nCOPY $NOPE $PATH /\n", __dockerignore="*.o\n")
    assert "Usage of undefined variable '$NOPE'" in ours("build", "--check", path).text
    unknown = folder(Dockerfile="FROM nobody/has:this\nCOPY $NOPE /\n")
    assert ours("build", "--check", unknown).status == 0


def test_the_usual_flags_do_not_matter(ours, folder, tmp_path):
    path = folder(Dockerfile="FROM scratch\nCMD [\"a\"]\n", s="x")
    result = ours("build", "--check", "-t", "x", "--network", "none", "--no-cache", "--pull", "--secret", f"id=s,src={path}/s",
                  "--progress", "plain", "-q", "--iidfile", tmp_path / "id", "--label", "a=b", path)
    assert (result.status, result.text, result.complaint) == (0, "Check complete, no warnings found.\n", "")
    assert not (tmp_path / "id").exists()


def test_ignored_files_build_arguments_and_targets(ours, folder):
    path = folder(
        Dockerfile="ARG B\nFROM ${B:-scratch} AS one\nCOPY a.o /\nFROM scratch AS two\nMAINTAINER m\n",
        __dockerignore="*.o\n")
    result = ours("build", "--check", "--target", "one", path)
    assert "Attempting to Copy file \"a.o\" that is excluded by .dockerignore" in result.text
    assert ours("build", "--check", "--build-arg", "B=A:B:C", path).status == 1
    assert "target stage \"tow\" could not be found (did you mean two?)" in ours(
        "build", "--check", "--target", "tow", path).complaint
    # A file beside the Dockerfile, under its name, counts instead of the context's.
    folder(Dockerfile__dockerignore="nothing\n")
    assert "CopyIgnoredFile" not in ours("build", "--check", "--target", "one", path).text


def test_from_the_standard_input(ours):
    assert ours("build", "--check", "-", input="FROM scratch\n").status == 0
    result = ours("build", "--check", "-", input="FROM scratch\nMAINTAINER m\n")
    assert result.status == 1 and "\nstdin:2\n" in result.text


@pytest.mark.parametrize("args, words", [
    (["build", "--check", "/nowhere"], "unable to prepare context: path \"/nowhere\" not found"),
    (["build", "--check", "https://example.com/x.git"], "remote context is not supported yet"),
    (["build", "--check", "/proc/self/fd"], "failed to read dockerfile: open /proc/self/fd/Dockerfile"),
])
def test_mistakes(ours, args, words):
    result = ours(*args)
    assert result.status == 1 and words in result.complaint
