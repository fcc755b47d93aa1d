"""The list of guards can't rot: each still stands where it says, and its tests are there. `make guards` proves them."""

import ast

import pytest

from config.launcher.paths import ROOT
from tests.guards.everything import ALL
from tests.guards.guard import Guard
from tests.guards.runs import Found, base, read_report, verdict

REPORT = """<testsuites><testsuite>
  <testcase classname="tests.crm.test_files" name="test_a[1]"><failure message="assert 1 == 2" /></testcase>
  <testcase classname="tests.crm.test_files" name="test_a[2]" />
  <testcase classname="tests.crm.test_files" name="test_b"><failure message="NameError: gone" /></testcase>
  <testcase classname="tests.crm.test_files" name="test_c"><error message="set-up broke" /></testcase>
</testsuite></testsuites>"""


def test_each_guard_stands_where_it_says():
    astray = [guard.name for guard in ALL if guard.source().count(guard.text) != 1]

    assert astray == []
    assert len(ALL) >= 60
    assert len({guard.name for guard in ALL}) == len(ALL)


def test_what_is_left_without_it_is_still_python():
    for guard in ALL:
        left = guard.removed_from(guard.source())
        assert left != guard.source(), guard.name
        ast.parse(left)


def test_the_tests_that_should_notice_are_there():
    defined = {
        file: _functions_of(file) for file in {_file_of(test) for guard in ALL for test in guard.tests}
    }
    unknown = [
        test
        for guard in ALL
        for test in guard.tests
        if base(test).partition("::")[2] not in defined[_file_of(test)]
    ]

    assert unknown == []
    assert [guard.name for guard in ALL if not guard.tests] == []


def _file_of(test):
    return test.partition("::")[0]


def _functions_of(file):
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_a_guard_that_is_not_there_or_there_twice_is_refused():
    guard = Guard("twice", "nothing", "x.py", "if a:", ())

    for source, times in (("pass", 0), ("if a: pass\nif a: pass", 2)):
        with pytest.raises(LookupError, match=f"stands {times} times in x.py"):
            guard.removed_from(source)


def test_only_a_real_failure_is_a_proof(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    a, b, c = (f"tests/crm/test_files.py::test_{letter}" for letter in "abc")

    found = read_report(report)

    assert (set(found.failed), found.passed) == ({a, b}, {a})
    assert verdict(found, [a]) == f"{c} broke before it began: set-up broke"
    assert verdict(Found(failed={a: "assert 1 == 2"}), [f"{a}[1]"]) == ""
    assert verdict(Found(failed={a: "assert 1 == 2"}), [a, c]) == f"not noticed by {c}"
    assert (
        verdict(Found(failed={b: "NameError: gone"}), [b])
        == f"{b} failed for want of a name: NameError: gone"
    )
