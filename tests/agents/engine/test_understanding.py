"""What the offline model reads out of messages: values with their spans."""

import time

import pytest

from agents.decisions.slots import DEFAULT_SLOTS
from agents.decisions.values import KnownSlot, SlotSpec
from agents.llm.port import SeenMessage, UnderstandRequest
from agents.llm.registry import offline_model


def understand(*texts, language=None, asked=None, known=None, slots=DEFAULT_SLOTS, country=""):
    messages = tuple(SeenMessage(str(place), text) for place, text in enumerate(texts))
    request = UnderstandRequest(messages, slots, known or {}, asked, language=language, country=country)
    return offline_model().understand(request)


def found(understanding):
    return {slot.key: slot for slot in understanding.slots}


@pytest.mark.parametrize(
    ("text", "language", "amount", "currency"),
    [
        ("budget 5 juta", "id", "5000000", "IDR"),
        ("dananya 5jt", "id", "5000000", "IDR"),
        ("Rp 2.500.000", "id", "2500000", "IDR"),
        ("satu setengah juta", "id", "1500000", "IDR"),
        ("empat ratus lima puluh ribu", "id", "450000", "IDR"),
        ("my budget is 10k", "en", "10000", None),
        ("$1,200", "en", "1200", "USD"),
        ("1.5k usd", "en", "1500", "USD"),
        ("around 500 euros", "en", "500", "EUR"),
        ("one thousand five hundred dollars", "en", "1500", "USD"),
        ("£2k tops", "en", "2000", "GBP"),
        ("2 mil soles", "es", "2000", "PEN"),
        ("20.000 pesos colombianos", "es", "20000", "COP"),
        ("un millón y medio de pesos", "es", "1500000", "MXN"),
    ],
)
def test_money_in_the_words_of_chat(text, language, amount, currency):
    budget = found(understand(text, language=language))["budget"]

    assert budget.normalised["amount"] == amount
    assert budget.normalised.get("currency") == currency


def test_a_range_keeps_both_ends():
    budget = found(understand("entre 2 y 3 millones de pesos", language="es", country="CO"))["budget"]

    assert budget.normalised == {"amount": "3000000", "min": "2000000", "max": "3000000", "currency": "COP"}


def test_a_bound_is_kept():
    budget = found(understand("under 10k usd", language="en"))["budget"]

    assert budget.normalised == {"amount": "10000", "max": "10000", "currency": "USD"}


@pytest.mark.parametrize(
    "text",
    [
        "I have 5k followers",
        "we opened in 2019",
        "call 0812345678",
        "20% of my clients",
        "I sell cakes for 50k",
    ],
)
def test_numbers_that_are_no_budget(text):
    assert "budget" not in found(understand(text, language="en"))


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("soy Camila", "es", "Camila"),
        ("nama saya Budi", "id", "Budi"),
        ("Budi here", "en", "Budi"),
        ("call me liz", "en", "Liz"),
        ("le saluda Hernán Pacheco, de Arequipa", "es", "Hernán Pacheco"),
        ("I'M DEAN AND I NEED A LOGO", "en", "Dean"),
        ("dengan Bapak Mahendra Lubis", "id", "Mahendra Lubis"),
    ],
)
def test_names(text, language, name):
    assert found(understand(text, language=language))["name"].value == name


@pytest.mark.parametrize(
    "text",
    [
        "I am looking for a logo",
        "I'm interested",
        "soy nueva en esto",
        "saya mau tanya",
        "I'm in Paris",
        "hi Sarah",
    ],
)
def test_words_that_are_no_names(text):
    assert "name" not in found(understand(text))


def test_a_bare_name_counts_when_it_was_asked_for():
    assert found(understand("Siobhan", language="en", asked="name"))["name"].value == "Siobhan"
    assert found(understand("wei jie", language="en", asked="name"))["name"].value == "Wei Jie"


@pytest.mark.parametrize(
    ("text", "language", "city", "country"),
    [
        ("we are in Lima", "en", "Lima", "PE"),
        ("lokasi di jaksel", "id", "Jakarta Selatan", "ID"),
        ("estamos en Bogota, Colombia", "es", "Bogotá", "CO"),
        ("we're based in Surabya", "en", "Surabaya", "ID"),
    ],
)
def test_places_are_normalised(text, language, city, country):
    location = found(understand(text, language=language))["location"]

    assert location.normalised == {"city": city, "country": country}


@pytest.mark.parametrize(
    "text",
    [
        "lima juta kak",
        "solo quiero saber algo",
        "saya jual di shopee",
        "warung nasi padang",
        "see you in the morning",
    ],
)
def test_words_that_are_no_places(text):
    assert "location" not in found(understand(text))


def test_a_place_outside_the_gazetteer_is_taken_from_its_preposition():
    location = found(understand("our shop is located in Smallville Heights", language="en"))["location"]

    assert location.value == "Smallville Heights"
    assert location.normalised == {}


@pytest.mark.parametrize(
    ("text", "language", "value", "kind"),
    [
        ("I run a coffee shop", "en", "coffee shop", "coffee_shop"),
        ("punya kedai kopi", "id", "kedai kopi", "coffee_shop"),
        ("tengo una peluquería", "es", "peluquería", "beauty_salon"),
        ("I manage a law firm", "en", "law firm", "law_firm"),
    ],
)
def test_kinds_of_business(text, language, value, kind):
    business = found(understand(text, language=language))["business_type"]

    assert (business.value, business.normalised) == (value, {"type": kind})
    assert not business.is_inferred


def test_a_business_may_follow_from_what_is_sold():
    business = found(understand("I sell shoes", language="en"))["business_type"]

    assert (business.value, business.quote) == ("shoe shop", "shoes")
    assert business.is_inferred
    assert business.confidence < 0.8


def test_somebody_elses_business_is_not_theirs():
    assert "business_type" not in found(understand("my cousin has a restaurant", language="en"))


def test_a_span_fills_one_slot():
    slots = found(understand("I need a website for my bakery in Austin", language="en"))

    assert {key: slot.quote for key, slot in slots.items()} == {
        "need": "website",
        "business_type": "bakery",
        "location": "Austin",
    }


def test_fragments_are_read_together_and_keep_their_message():
    slots = found(understand("logo", "for", "juice bar", language="en"))

    assert (slots["need"].value, slots["need"].message_id) == ("logo", "0")
    assert (slots["business_type"].value, slots["business_type"].message_id) == ("juice bar", "2")


def test_chat_spelling_accents_and_long_letters():
    spanish = found(understand("nesesito una pagina xfa pa mi zapateria", language="es"))
    indonesian = found(understand("sy btuh websiteeee utk toko roti sy", language="id"))

    assert spanish["need"].value == "pagina"
    assert spanish["business_type"].value == "zapateria"
    assert indonesian["need"].quote == "websiteeee"
    assert indonesian["business_type"].value == "toko roti"


def test_the_last_of_two_values_wins_after_a_correction_in_one_batch():
    slots = found(understand("Hi, Anika here", "*Annika, autocorrect sorry", language="en"))

    assert slots["name"].value == "Annika"


def test_the_same_value_is_not_found_again():
    known = {"location": KnownSlot("location", "Lima", {"city": "Lima", "country": "PE"}, 0.95)}

    assert understand("yes, in Lima", language="en", known=known).slots == ()


def test_slots_of_the_workspace_are_found_by_their_kind():
    slots = (
        SlotSpec("mail", "email"),
        SlotSpec("tel", "phone"),
        SlotSpec("plan", "choice", options=("Basic", "Pro")),
    )

    seen = found(understand("pro please, me@example.com, +1 415 555 2671", slots=slots))

    assert {key: slot.value for key, slot in seen.items()} == {
        "mail": "me@example.com",
        "tel": "+14155552671",
        "plan": "Pro",
    }


@pytest.mark.parametrize(
    ("text", "unfinished"),
    [
        ("I need a website for", True),
        ("hola", True),
        ("I need a website.", False),
        ("how much is it?", False),
    ],
)
def test_unfinished_messages_are_noticed(text, unfinished):
    assert understand(text).looks_unfinished is unfinished


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Hi there", "greet"),
        ("how much is a logo?", "ask_price"),
        ("what time do you open?", "ask_question"),
        ("terima kasih banyak", "thanks"),
        ("nos vemos", "bye"),
        ("sí, claro", "confirm"),
        ("no, gracias", "deny"),
        ("berhenti", "opt_out"),
        ("quiero hablar con una persona", "request_person"),
        ("I'm Ana from Lima", "give_info"),
    ],
)
def test_intents(text, intent):
    assert understand(text).intent.name == intent


@pytest.mark.parametrize(
    "word", ["1 ", "a ", "my ", "de la ", "want to have ", "soy Ana, ", "? ", "mil ", "😡"]
)
def test_a_pasted_wall_of_words_is_read_in_reasonable_time(word):
    understand("warm up")
    began = time.process_time()

    understand(word * 2000)

    # milliseconds on a free machine; this only has to catch work that grows with the square of the length
    assert time.process_time() - began < 2.0
