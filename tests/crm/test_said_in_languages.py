"""Refusals, notes and mails in the reader's language: pages as chosen, the API as asked, codes always the same."""

import pytest
from django.core import mail
from django.test import Client

from crm import services
from crm.core.actors import system_actor
from crm.models import User
from crm.services import alert_mails
from leads.errors import LeadClosedError

NOWHERE = "/leads/00000000-0000-0000-0000-000000000000/"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "There is nothing here by that address, or it isn't yours to see."),
        ("es", "No hay nada en esa dirección, o no puedes verlo."),
        ("id", "Tidak ada apa-apa di alamat itu, atau kamu tidak boleh melihatnya."),
    ],
)
def test_the_api_answers_as_it_is_asked(owner, language, said):
    answer = owner.api.get(
        "leads/00000000-0000-0000-0000-000000000000/", headers={"Accept-Language": language}
    )

    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (404, "not_found", said)


def test_a_field_is_refused_in_words_of_the_language(admin):
    answer = admin.api.post(
        "leads/", {"contact": "x", "colour": "red"}, headers={"Accept-Language": "es-MX,es;q=0.9"}
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert answer.json()["errors"] == {"colour": ["Este campo no se puede definir aquí."]}


def test_a_refusal_is_said_in_the_language_of_the_moment():
    from django.utils.translation import override

    with override("id"):
        told = LeadClosedError()

    assert (told.code, told.message) == ("lead_closed", "Lead ini sudah ditutup. Buka lagi dulu.")
    assert LeadClosedError().message == "This lead is closed. Reopen it first."


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Sign in"), ("es-419", "Iniciar sesión"), ("id-ID", "Masuk")]
)
def test_the_sign_in_page(db, language, title):
    page = Client().get("/accounts/login/", headers={"Accept-Language": language}).content.decode()

    assert f"{title}</" in page


@pytest.mark.parametrize(("language", "word"), [("es", "Bandeja"), ("id", "Kotak masuk")])
def test_the_frame_of_every_page(owner, language, word):
    User.objects.filter(pk=owner.user.pk).update(language=language)

    page = owner.page.get("/settings/you/").content.decode()

    assert f'<span class="nav-text">{word}</span>' in page


def test_the_palette_offers_in_the_readers_language(owner):
    User.objects.filter(pk=owner.user.pk).update(language="es")

    assert "Ir a la bandeja" in owner.page.get("/settings/you/").content.decode()


def test_each_language_has_a_palette_of_its_own(owner):
    """It is made once for all who may do the same: who reads Spanish must not hear what was made for English."""
    said = {}
    for language in ("en", "es"):
        User.objects.filter(pk=owner.user.pk).update(language=language)
        page = owner.page.get("/settings/you/").content.decode()
        said[language] = [words for words in ("Go to the inbox", "Ir a la bandeja") if words in page]

    assert said == {"en": ["Go to the inbox"], "es": ["Ir a la bandeja"]}


def test_a_mail_is_written_in_its_readers_language(workspace, owner):
    """The sweep runs in a worker, which speaks English."""
    User.objects.filter(pk=owner.user.pk).update(language="id", email="rina@example.com")
    system = system_actor(workspace.pk, via="task")
    services.alert_user(
        actor=system, user_id=owner.user.pk, kind="assignment", key="a", title="Budi is yours to answer"
    )

    assert alert_mails.mail_alerts() == 1

    assert mail.outbox[0].subject.startswith("Budi perlu kamu jawab")
    assert "Cara kamu diberi tahu:" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Something broke on our side"),
        ("es", "Algo falló de nuestro lado"),
        ("id", "Ada yang rusak di sisi kami"),
    ],
)
def test_a_fault_of_ours_is_told_in_the_readers_language(owner, monkeypatch, language, said):
    # given somebody whose page breaks down
    User.objects.filter(pk=owner.user.pk).update(language=language)
    monkeypatch.setattr("crm.views.pages.today_of", lambda request: 1 / 0)
    owner.page.raise_request_exception = False

    answer = owner.page.get("/")

    assert answer.status_code == 500
    assert f'<html lang="{language}">' in answer.content.decode()
    assert f"<h1>{said}</h1>" in answer.content.decode()
