"""scripts/count-tests.py: what counts as a pass, and when the run has failed."""
import os
import pathlib
import subprocess
import sys

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "count-tests.py"
CASES = {"p": "<testcase/>", "f": "<testcase><failure/></testcase>", "e": "<testcase><error/></testcase>",
         "s": "<testcase><skipped/></testcase>"}


def count(tmp_path, *files, **environment):
    paths = []
    for number, letters in enumerate(files):
        path = tmp_path / f"{number}.xml"
        path.write_text("<testsuites><testsuite>%s</testsuite></testsuites>" % "".join(CASES[x] for x in letters))
        paths.append(str(path))
    base = {key: value for key, value in os.environ.items() if key != "REQUIRE_ALL"}
    done = subprocess.run([sys.executable, str(SCRIPT), *paths], env=base | environment, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip(), done.returncode


def test_adds_up_over_files(tmp_path):
    assert count(tmp_path, "ppp", "pp") == ("5 passed, 0 failed", 0)


def test_failures_and_errors_fail(tmp_path):
    assert count(tmp_path, "pf", "pe") == ("2 passed, 2 failed", 1)


def test_no_test_is_a_failure(tmp_path):
    assert count(tmp_path, "") == ("0 passed, 0 failed", 1)


def test_a_skip_is_no_pass_when_all_are_required(tmp_path):
    assert count(tmp_path, "ps") == ("1 passed, 0 failed, 1 skipped", 0)
    assert count(tmp_path, "ps", REQUIRE_ALL="1") == ("1 passed, 0 failed, 1 skipped", 1)


def test_a_runner_that_left_no_results_has_failed(tmp_path):
    done = subprocess.run([sys.executable, str(SCRIPT), str(tmp_path / "missing.xml")], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    assert (done.stdout.strip(), done.returncode) == ("0 passed, 1 failed", 1)
