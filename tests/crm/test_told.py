"""Sentences that rows keep in English are told in the language of whoever reads the row."""

import pytest
from django.template import Context, Template
from django.utils.translation import override

from agents.decisions import handoffs, policy
from agents.llm.offline import reasons
from conversations.models import Conversation
from conversations.services import ownership
from crm.core.told import name_of, said, value_in_words
from crm.models import Alert, User
from crm.services import alert_user

TOOK_OVER = ownership.TOOK_OVER % {"who": "Rina"}


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Rina took over"), ("es", "Rina la tomó"), ("id", "Rina mengambil alih")]
)
def test_a_sentence_with_a_name(language, told):
    with override(language):
        assert said(TOOK_OVER) == told


def test_a_sentence_without_blanks():
    with override("id"):
        assert said("The conversation was closed.") == "Percakapan ditutup."


def test_a_reason_within_a_sentence_is_told_too():
    because = handoffs.CUSTOMER % {"why": handoffs.PRICE_AGAIN}
    kept = handoffs.THEIR_WORDS % {"why": because, "quote": "¿Cuánto cuesta?"}

    with override("es"):
        assert said(kept) == 'El cliente: vuelve a preguntar el precio. Sus palabras: "¿Cuánto cuesta?".'


def test_the_closest_sentence_is_told():
    """The shorter one fits too, with half of the longer one in its last blank."""
    kept = policy.OPEN % {"points": 40, "needed": 60, "slots": "budget"}

    with override("es"):
        assert said(kept) == "No calificado: el puntaje es 40 de 60 y quedó pendiente: budget."


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", ["System", "Agent"]), ("es", ["Sistema", "Agente"]), ("id", ["Sistem", "Agen"])],
)
def test_the_product_has_a_name_in_each_language_and_nobody_else_has(language, told):
    with override(language):
        assert [name_of("system", "System"), name_of("system", "Agent")] == told
        assert name_of("", "") == told[0]
        assert [name_of("person", "System"), name_of("system", "Wednesday line")] == [
            "System",
            "Wednesday line",
        ]


def test_why_the_engine_believes_it_is_told_too():
    kept = policy.LEARNT % {
        "slot": "location",
        "value": "Bandung",
        "quote": "di bandung",
        "why": reasons.PLACE % {"place": "Bandung"},
    }

    with override("id"):
        assert said(kept) == 'location adalah "Bandung": "di bandung" menyebut Bandung.'
    with override("es"):
        assert said(reasons.BUDGET) == "es un monto junto a una palabra de presupuesto"


def test_what_a_person_wrote_stays():
    with override("es"):
        assert [said(text) for text in ("", "Won't pay that much", "100% (sure)")] == [
            "", "Won't pay that much", "100% (sure)",
        ]  # fmt: skip


def test_a_template_tells_it():
    with override("id"):
        shown = Template("{{ why|said }}{{ nothing|said }}").render(Context({"why": TOOK_OVER}))

    assert shown == "Rina mengambil alih"


def test_an_alert_is_read_in_its_readers_language(owner, manager):
    """Whoever made it speaks English, who reads it Spanish; the row is the same."""
    User.objects.filter(pk=owner.user.pk).update(language="es")
    title = ownership.YOURS % {"who": "Budi"}

    alert_user(actor=manager.actor(), user_id=owner.user.pk, kind="assignment", key="a", title=title)

    assert Alert.objects.get().title == "Budi is yours to answer"
    assert "Te toca responder a Budi" in owner.page.get("/alerts/").content.decode()


def test_why_somebody_answers_is_told_on_the_page(conversation, owner):
    Conversation.objects.filter(pk=conversation.pk).update(owned_because=TOOK_OVER)
    User.objects.filter(pk=owner.user.pk).update(language="id")

    page = owner.page.get(f"/inbox/?folder=all&open={conversation.pk}").content.decode()

    assert "Rina mengambil alih" in page
    assert "took over" not in page


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"), (False, "no"), (None, ""), ("", ""), (0, "0"), (["a", 2], "a, 2"), ([], ""),
        ([{"a": 1}], '[{"a": 1}]'), ({"é": [1]}, '{"é": [1]}'), ("0123456789", "0123456789"),
        ("0123456789a", "012345678…"),
    ],
    ids=str,
)  # fmt: skip
def test_a_value_is_told_in_words(value, words):
    assert value_in_words(value, most=10) == words
