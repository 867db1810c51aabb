"""The order of the acceptance tests' files, and what is left of a run that ended before its time."""
import importlib.util
import os

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
spec = importlib.util.spec_from_file_location("acceptance", TOP + "/scripts/acceptance.py")
acceptance = importlib.util.module_from_spec(spec)
spec.loader.exec_module(acceptance)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(acceptance, "TESTS", str(tmp_path))

    def write(**files):
        for name, text in files.items():
            (tmp_path / (name + ".py")).write_text(text)

    return write


def results(tmp_path, pattern=""):
    run = acceptance.Run(str(tmp_path), pattern)
    run.work([], run.hosts, run.anywhere)
    return run.failed, {path.name: path.stat().st_size > 0 for path in tmp_path.glob("*.xml")}


def test_long_files_begin_and_all_take_part():
    names = {"test_attach", "test_crash", "test_build", "test_machine"}
    assert acceptance.in_order(names) == ["test_machine", "test_crash", "test_attach", "test_build"]


def test_the_names_it_knows_are_files():
    known = {name.removesuffix(".py") for name in os.listdir(TOP + "/Tests/Acceptance")}
    assert set(acceptance.FIRST) | acceptance.HOST <= known


def test_a_failure_and_a_sudden_end_are_told(folder, tmp_path):
    folder(test_good="def test(): pass", test_bad="def test(): assert 0", test_gone="import os\ndef test(): os._exit(9)")
    assert results(tmp_path) == (["test_bad", "test_gone"], {"test_good.xml": True, "test_bad.xml": True, "test_gone.xml": False})


def test_a_pattern_leaves_other_files_alone(folder, tmp_path):
    folder(test_a="def test_one(): pass", test_b="def test_two(): pass")
    assert results(tmp_path, "one") == ([], {"test_a.xml": True})
