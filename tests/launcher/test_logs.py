"""Logs: a fresh one at each start, three old ones kept."""

from config.launcher import logs


def test_a_start_begins_with_an_empty_log_and_keeps_three_old_ones(tmp_path):
    log = tmp_path / "web.log"

    for number in range(5):
        logs.rotate(log)
        log.write_text(f"start {number}\n")

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "web.log": "start 4\n",
        "web.log.1": "start 3\n",
        "web.log.2": "start 2\n",
        "web.log.3": "start 1\n",
    }


def test_the_end_of_a_log_is_what_a_person_needs(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("".join(f"line {number}\n" for number in range(5000)))

    assert logs.last_lines(log, 2) == "line 4998\nline 4999"
    assert logs.last_lines(tmp_path / "none.log") == "(no log)"
