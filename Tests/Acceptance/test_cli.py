"""The grammar and wording of our own client, as Docker 1.6 has them."""
import pytest


@pytest.mark.parametrize("args, status", [
    (["run", "--no-such-flag", "busybox"], 2), (["ps", "--all=perhaps"], 2), (["run", "-c"], 2), (["stop"], 1),
    (["rename", "only-one"], 1), (["no-such-command"], 1), (["rm"], 1),
])
def test_exit_status_of_mistakes(ours, args, status):
    assert ours(*args).status == status


def test_an_unknown_flag_is_named(ours):
    result = ours("ps", "--no-such-flag")
    assert "flag provided but not defined: --no-such-flag" in result.complaint
    assert "See 'docker ps --help'." in result.complaint


def test_an_unknown_command_is_named(ours):
    assert "'frobnicate' is not a docker command. See 'docker --help'." in ours("frobnicate").complaint


def test_wrong_number_of_arguments(ours):
    assert "requires a minimum of 1 argument" in ours("stop").complaint


def test_help_goes_to_stdout(ours):
    result = ours("ps", "--help")
    assert result.status == 0 and "Usage: docker ps [OPTIONS]" in result.text


def test_no_command_is_the_help(ours):
    result = ours()
    assert result.status == 0 and "Commands:" in result.text + result.complaint


def test_booleans_take_a_value_only_with_an_equals_sign(ours):
    assert ours.ok("run", "--rm", "-it=false", "busybox", "echo", "x") == "x"
    ours.ok("run", "--rm=false", "--name", "stays", "busybox", "true")
    assert ours.ok("ps", "-aq") != ""


def test_letters_can_be_joined(ours):
    assert ours("run", "--rm", "-i", "busybox", "cat", input="x").text == "x"
    container = ours.ok("run", "-dit", "busybox", "sh")
    assert ours.ok("inspect", "-f", "{{.Config.Tty}} {{.Config.OpenStdin}}", container) == "true true"


def test_a_value_letter_takes_no_joined_value(ours):
    assert ours("run", "-p80:80", "busybox", "true").status == 2


def test_flags_after_the_image_belong_to_the_container(ours):
    assert ours.ok("run", "--rm", "busybox", "echo", "-x") == "-x"


@pytest.mark.parametrize("args, words", [
    (["run", "--rm", "--restart", "always", "busybox", "true"], "Conflicting options: --restart and --rm"),
    (["run", "-h", "x", "--net", "host", "busybox", "true"], "Conflicting options: -h and the network mode (--net)"),
])
def test_conflicting_options(ours, args, words):
    result = ours.fails(*args)
    assert words in result.complaint
    assert ours.ok("ps", "-aq") == ""


def test_no_engine(ours, tmp_path):
    result = ours.fails("ps", env={"DOCKER_HOST": f"unix://{tmp_path}/nobody"})
    assert result.status == 1
    assert "Cannot connect to the Docker daemon. Is 'docker -d' running on this host?" in result.complaint


def test_version_prints_its_own_part_without_an_engine(ours, tmp_path):
    result = ours("version", env={"DOCKER_HOST": f"unix://{tmp_path}/nobody"})
    assert result.status == 1 and "Client version:" in result.text


def test_a_bad_template_is_64(ours):
    ours.ok("create", "--name", "xx", "busybox", "true")
    assert ours("inspect", "-f", "{{.Id", "xx").status == 64


def test_inspect_prints_what_it_finds(ours):
    ours.ok("create", "--name", "one", "busybox", "true")
    result = ours("inspect", "-f", "{{.Name}}", "one", "missing", "busybox")
    assert result.status == 1 and result.text.splitlines()[0] == "/one"
    assert "No such image or container: missing" in result.complaint


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_written(ours, shell):
    result = ours("completion", shell)
    assert result.status == 0 and "docker" in result.text
