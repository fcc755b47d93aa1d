"""The judge itself: it counts what it says it counts."""

import hashlib
import json

import pytest
from django.core.management import call_command

from agents.evaluation.figures import FLOORS, as_json, as_table, evaluate
from agents.evaluation.sets import BLIND_FOLDER, FOLDER, load_set, load_sets
from agents.llm.registry import offline_model


def labelled(tmp_path, *conversations):
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps({"language": "en", "conversations": list(conversations)}), encoding="utf-8")
    return path


def conversation(*turns, slots=None, absent=()):
    return {
        "id": "x-1",
        "about": "a test",
        "tags": [],
        "turns": [{"messages": list(m), "intent": i, "escalation": e} for m, i, e in turns],
        "slots": slots or {},
        "absent": list(absent),
    }


def test_a_right_conversation_has_full_marks(tmp_path):
    talk = conversation(
        (["I'm Ana from Lima"], "give_info", None),
        (["I want a refund"], "refund", "refund"),
        slots={"name": ["ana"], "location": ["LIMA!"]},
        absent=["budget"],
    )

    result = evaluate(load_set(labelled(tmp_path, talk)), offline_model())

    assert result.figures == {
        "slots_right": 1.0,
        "slots_invented": 0.0,
        "intent_right": 1.0,
        "escalations_found": 1.0,
        "false_escalations": 0.0,
        "language_right": 1.0,
    }
    assert result.broken == ()


def test_every_mistake_is_counted_and_told(tmp_path):
    talk = conversation(
        (["I'm Ana from Lima"], "thanks", None),
        (["I will sue you"], "legal", "refund"),
        slots={"name": ["Eva"], "budget": [{"amount": "5", "currency": "USD"}]},
        absent=["location"],
    )

    result = evaluate(load_set(labelled(tmp_path, talk)), offline_model())

    assert result.figures == {
        "slots_right": 0.0,
        "slots_invented": 1.0,
        "intent_right": 0.5,
        "escalations_found": 0.0,
        "false_escalations": 0.0,
        "language_right": 1.0,
    }
    assert set(result.broken) == {"slots_right", "intent_right", "escalations_found"}
    assert len(result.verdicts[0].failures) == 5


def test_a_false_escalation_is_counted(tmp_path):
    talk = conversation((["I will sue you"], "legal", None))

    assert evaluate(load_set(labelled(tmp_path, talk)), offline_model()).figures["false_escalations"] == 1.0


def test_the_json_is_what_the_contract_says(tmp_path):
    path = labelled(tmp_path, conversation((["hi"], "greet", None)))
    result = evaluate(load_set(path), offline_model())

    plain = as_json([result])["tiny"]

    assert set(plain) == {"hash", "n", "figures", "floors"}
    assert plain["hash"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert plain["n"] == 1
    assert set(plain["floors"]) == {*FLOORS, "false_escalations"}
    assert "slots_right" in as_table([result])


def test_a_blind_set_is_measured_and_never_fails(tmp_path):
    blind = tmp_path / "blind"
    blind.mkdir()
    labelled(blind, conversation((["hello"], "legal", "legal")))

    (only,) = load_sets(folder=tmp_path / "nothing", blind_folder=blind)
    result = evaluate(only, offline_model())

    assert result.figures["escalations_found"] == 0.0
    assert result.broken == ()
    assert as_json([result])["blind-tiny"]["floors"] == {}
    assert "tiny (blind)" in as_table([result])


def test_the_command_keeps_the_floors_of_the_repos_own_sets(capsys):
    call_command("evaluate", "--json")

    shown = json.loads(capsys.readouterr().out)
    judged = {path.stem for path in FOLDER.glob("*.json")}
    measured = {f"blind-{path.stem}" for path in BLIND_FOLDER.glob("*.json")}
    assert set(shown) == judged | measured
    assert {name: shown[name]["floors"] for name in measured} == {name: {} for name in measured}
    for one in (shown[name] for name in judged):
        assert one["figures"]["slots_right"] >= 0.90
        assert one["figures"]["escalations_found"] >= 0.99
        assert one["figures"]["false_escalations"] <= 0.01
        assert one["figures"]["intent_right"] >= 0.85


def test_the_command_fails_under_a_floor(monkeypatch, tmp_path, capsys):
    path = labelled(tmp_path, conversation((["hello"], "legal", "legal")))
    monkeypatch.setattr("agents.management.commands.evaluate.load_sets", lambda: (load_set(path),))

    with pytest.raises(SystemExit) as stopped:
        call_command("evaluate", "--failures")

    shown = capsys.readouterr()
    assert stopped.value.code == 1
    assert "0.000!" in shown.out
    assert "escalation None, not legal" in shown.err
