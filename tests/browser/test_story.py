"""The story of the product: a stranger writes, the agent answers, a rep takes it from there.

Both sides are really used, in three languages: the customer's phone in one window, the rep's inbox and lead
list in two others, against the started processes.
"""

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import expect
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tests.browser.desks import Desk
from tests.browser.phones import Phone
from tests.journeys.world import REP_PHONE, new_number, twice, until

pytestmark = pytest.mark.browser

TICKS = ["queued", "sent", "delivered", "read"]
SLOW_ENOUGH_TO_SEE = {"sent_after": 0.2, "delivered_after": 2.0, "read_after": 4.0}


@dataclass
class Tale:
    """What is particular to one persona. `asks`: how a question for each fact is put in their language."""

    persona: str
    language: str
    asks: dict[str, str]
    facts: dict[str, str]
    colleague: str
    reply: str
    afterwards: str
    once_more: str
    asked: list[set] = field(default_factory=lambda: [{"name"}, {"need"}, {"budget"}, set()])


TALES = [
    Tale(
        persona="budi",
        language="id",
        asks={
            "name": r"nama|siapa",
            "business_type": r"usaha|bisnis|jualan",
            "location": r"lokasi|di mana|kota",
            "need": r"bantu|cari|butuh",
            "budget": r"budget|anggaran|kisaran",
        },
        facts={
            "name": "Budi",
            "business_type": "kedai kopi",
            "location": "Bandung",
            "need": "sistem",
            "budget": "15 juta",
        },
        colleague="rekan",
        reply="Halo kak Budi, saya Rina. Besok siang saya telepon ya.",
        afterwards="Siap, ditunggu kak",
        once_more="Oh ya, alamat kantornya di mana kak?",
    ),
    Tale(
        persona="camila",
        language="es",
        asks={
            "name": r"nombre|llam|con quién",
            "business_type": r"negocio|vendes|dedica",
            "location": r"ciudad|ubicad|zona",
            "need": r"ayudar|buscando|necesit",
            "budget": r"presupuesto|invertir|monto",
        },
        facts={
            "name": "Camila",
            "business_type": "boutique de ropa",
            "location": "Bogotá",
            "need": "responder",
            "budget": "4 millones",
        },
        colleague="colega",
        reply="Hola Camila, soy Rina. Te llamo mañana por la tarde.",
        afterwards="Perfecto, espero tu llamada",
        once_more="Una cosa más, ¿dónde queda su oficina?",
    ),
    Tale(
        persona="maya",
        language="en",
        asks={
            "name": r"name|speaking with|call you",
            "business_type": r"business|sell|offer",
            "location": r"where|city|based",
            "need": r"help|looking for|need",
            "budget": r"budget|spend|amount",
        },
        facts={
            "name": "Maya",
            "business_type": "bakery",
            "location": "Austin",
            "need": "cake orders",
            "budget": "2,500",
        },
        colleague="colleague",
        reply="Hi Maya, this is Rina. I will call you tomorrow afternoon.",
        afterwards="Great, talk to you then",
        once_more="One more thing, where is your office?",
    ),
]


def language_of(texts):
    """The language these words are in, of the three we speak."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(["id", "es", "en"])
    return identifier.classify(" ".join(texts))[0]


def asked_for(tale, texts):
    """Which facts these words ask for."""
    questions = " ".join(re.findall(r"[^.!?]*\?", " ".join(texts)))
    return {key for key, words in tale.asks.items() if re.search(words, questions, re.IGNORECASE)}


@pytest.fixture(params=TALES, ids=lambda tale: tale.persona)
def tale(request):
    """One of the three stories."""
    return request.param


def whole_answer(program, phone, line):
    """Say it; the words of the whole answer, all of its bubbles."""
    before = len(phone.answers())
    phone.ask(line)
    until(lambda: program.answered(phone.number))
    expect(phone.received).to_have_count(len(until(lambda: sent_texts(program, phone.number))))
    return phone.answers()[before:]


def sent_texts(program, number):
    """What the product has sent to this number."""
    return [row["text"] for row in program.messages(number) if row["direction"] == "out"]


def test_a_stranger_becomes_a_lead_in_a_reps_hands(tale, stack, world, program, new_page, request):
    phone = Phone(new_page(), stack.sim_url, tale.persona)
    desk = Desk(new_page(), stack.url)
    desk.go("/inbox/")
    leads = desk.beside("/leads/")
    alerts, written_to_rep = desk.alerts(), len(world.sent_to(REP_PHONE))

    # The first words: an answer in the customer's language, and a row in the rep's list, by itself.
    answers = [whole_answer(program, phone, phone.lines[0])]
    talk = program.conversation(phone.number)
    row, lead_row = desk.row(talk["id"]), leads.lead_row(talk["lead"])
    expect(row.locator(".unread")).to_contain_text("1")
    expect(row.locator(".row-snippet")).to_contain_text(answers[0][-1])
    expect(lead_row).to_be_visible()
    score = lead_row.get_by_test_id("score").inner_text()

    # More words: each answer asks for what is missing, the facts fill themselves in.
    desk.open(talk["id"])
    expect(desk.owner).to_have_attribute("data-owner", "agent")
    answers += [whole_answer(program, phone, line) for line in phone.lines[1:4]]
    assert [asked_for(tale, texts) for texts in answers] == tale.asked
    assert {language_of(texts) for texts in answers} == {tale.language}
    for key, fact in tale.facts.items():
        expect(desk.slot(key)).to_contain_text(fact)
        see_where_it_came_from(desk, key)
    expect(lead_row.get_by_test_id("score")).not_to_have_text(score)

    # Qualified: the customer is told, the rep is alerted in the app and on their own phone.
    assert tale.colleague in " ".join(answers[-1]).lower()
    expect(desk.owner).to_have_attribute("data-owner", "person")
    expect(desk.owner).to_contain_text("Rina Wijaya")
    expect(lead_row.get_by_test_id("lead-status")).to_contain_text("Qualified")
    until(lambda: desk.alerts() == alerts + 1)
    [template] = until(lambda: world.sent_to(REP_PHONE)[written_to_rep:])
    assert template["type"] == "template"
    assert tale.facts["name"] in template["text"]
    assert talk["id"] in template["text"]
    times = world.answer_times(phone.number)

    # The rep answers; the ticks come one after the other; the agent keeps out of it.
    dials = world.turn(**SLOW_ENOUGH_TO_SEE)
    request.addfinalizer(lambda: world.turn(**{name: dials[name] for name in SLOW_ENOUGH_TO_SEE}))
    desk.watch_ticks()
    desk.reply(tale.reply)
    expect(phone.received.last).to_contain_text(tale.reply)
    expect(desk.bubble(tale.reply).locator("[data-status=read]").first).to_be_visible()
    shown = desk.shown_ticks()
    assert shown == [tick for tick in TICKS if tick in shown]
    assert {"sent", "delivered", "read"} <= set(shown)
    before = len(phone.answers())
    phone.say(tale.afterwards)
    expect(desk.bubble(tale.afterwards)).to_be_visible()
    somebody_later_is_answered(world, program)
    assert len(phone.answers()) == before
    assert program.messages(phone.number)[-1]["text"] == tale.afterwards

    # Given back, the agent answers again - and does not ask what it knows.
    desk.page.get_by_test_id("give-back").click()
    expect(desk.owner).to_have_attribute("data-owner", "agent")
    again = whole_answer(program, phone, tale.once_more)
    assert asked_for(tale, again) == set()
    assert language_of(again) == tale.language

    # Nothing was loaded again, nothing was sent twice, no rule of the provider was broken.
    assert desk.is_the_same_page()
    assert leads.is_the_same_page()
    assert twice(world.sent_to(phone.number)) == []
    assert stack.sim("/_sim/state/meta")["violations"] == []
    assert max(times) < 10.0  # one answer, on a machine that runs the other tests too


def see_where_it_came_from(desk, key):
    """Pointing at a fact lights up the very words of the customer that it came from."""
    slot = desk.slot(key)
    quote = slot.locator(".slot-source q").text_content()
    slot.locator(".slot-value").hover()
    words, bubble = desk.lit_words()
    assert words == quote
    assert quote in bubble


def somebody_later_is_answered(world, program):
    """A person who writes now is answered: by then the agent would have answered anybody before."""
    number = new_number()
    world.say(number, "Hello, do you sell websites?", name="Somebody Later")
    until(lambda: program.answered(number))
