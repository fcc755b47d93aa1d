"""Invented people who may buy: names, businesses, places, budgets, and what they write."""

import random
from dataclasses import dataclass
from typing import Any

FIRST = {
    "id": [
        "Budi",
        "Siti",
        "Agus",
        "Dewi",
        "Rizky",
        "Putri",
        "Andi",
        "Wati",
        "Bayu",
        "Ratna",
        "Fajar",
        "Indah",
    ],
    "es": [
        "Camila",
        "Mateo",
        "Valentina",
        "Santiago",
        "Lucía",
        "Diego",
        "Sofía",
        "Andrés",
        "Elena",
        "Javier",
    ],
    "en": ["Maya", "Oliver", "Grace", "Noah", "Amelia", "Liam", "Chloe", "Ethan", "Ruby", "Samuel", "Nora"],
}
LAST = {
    "id": ["Santoso", "Wijaya", "Pratama", "Lestari", "Hidayat", "Kusuma", "Saputra", "Utami", "Nugroho"],
    "es": ["Rojas", "Gómez", "Fernández", "Castillo", "Morales", "Peña", "Navarro", "Ibáñez", "Vargas"],
    "en": ["Carter", "Bennett", "Hughes", "Foster", "Reed", "Murphy", "Palmer", "Quinn", "Walsh"],
}
PLACES = {
    "id": [("Bandung", "ID"), ("Jakarta", "ID"), ("Surabaya", "ID"), ("Medan", "ID"), ("Denpasar", "ID")],
    "es": [
        ("Bogotá", "CO"),
        ("Medellín", "CO"),
        ("Ciudad de México", "MX"),
        ("Lima", "PE"),
        ("Madrid", "ES"),
    ],
    "en": [("London", "GB"), ("Austin", "US"), ("Singapore", "SG"), ("Melbourne", "AU"), ("Toronto", "CA")],
}
BUSINESSES = [
    "coffee shop", "restaurant", "clothing shop", "hair salon", "gym", "dental clinic", "hotel", "online shop",
    "real estate agency", "language school", "car workshop", "bakery", "laundry", "travel agency", "pet shop",
]  # fmt: skip
NEEDS = [
    "a website", "an online catalogue", "product photos", "a booking page", "ads on social media", "a point of sale",
    "a loyalty programme", "delivery for our customers", "a chat assistant", "a new logo",
]  # fmt: skip
BUDGETS = {
    "id": [("2 juta", "2000000", "IDR"), ("5 juta", "5000000", "IDR"), ("20 juta", "20000000", "IDR"),
           ("75 juta", "75000000", "IDR")],
    "es": [("2 millones", "2000000", "COP"), ("8 millones", "8000000", "COP"), ("20 millones", "20000000", "COP")],
    "en": [("$500", "500", "USD"), ("$1,500", "1500", "USD"), ("$4,000", "4000", "USD"), ("$9,000", "9000", "USD")],
}  # fmt: skip
ASKED = {
    "id": ["Halo kak, boleh tanya?", "Berapa harganya ya?", "Saya butuh {need}", "Usaha saya {business}",
           "Lokasi di {place}", "Budget sekitar {budget}", "Oke kak, ditunggu ya", "Terima kasih"],
    "es": ["Hola, ¿me ayudas?", "¿Cuánto cuesta?", "Busco {need}", "Tengo un negocio: {business}",
           "Estoy en {place}", "Tengo unos {budget}", "Perfecto, quedo atento", "Gracias"],
    "en": ["Hi, can you help me?", "How much is it?", "I need {need}", "I run a {business}",
           "We are in {place}", "Around {budget}", "Great, waiting for your call", "Thanks"],
}  # fmt: skip
ANSWERED = {
    "id": ["Halo, saya Sarah. Apa usaha Anda?", "Baik, di kota mana?", "Boleh tahu kisaran budgetnya?",
           "Terima kasih, rekan saya akan menghubungi."],
    "es": ["Hola, soy Sarah. ¿Qué negocio tienes?", "Perfecto, ¿en qué ciudad?", "¿Qué presupuesto tienes pensado?",
           "Gracias, un colega te escribe enseguida."],
    "en": ["Hi, I'm Sarah. What do you do?", "Nice! Where are you based?", "What budget did you have in mind?",
           "Thank you, a colleague takes it from here."],
}  # fmt: skip
ASKS_FOR = ("name", "business_type", "location", "need", "budget")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who wrote: their language, name, number, and what they told us (slot -> value, normalised)."""

    language: str
    name: str
    number: str
    told: dict[str, tuple[str, dict[str, Any]]]

    def says(self, position: int) -> str:
        """Their message number `position`, from 0."""
        words = {name: self.told.get(key, (default, {}))[0] for name, key, default in SPOKEN}
        return ASKED[self.language][position % len(ASKED[self.language])].format(**words)

    def hears(self, position: int) -> str:
        """Our answer number `position`, from 0."""
        return ANSWERED[self.language][position % len(ANSWERED[self.language])]


SPOKEN = [("need", "need", "help"), ("business", "business_type", "shop"), ("place", "location", "town"),
          ("budget", "budget", "not much")]  # fmt: skip


def person(dice: random.Random, place_in_line: int) -> Person:
    """A person like many; the number is theirs alone (one of 100 million per place in line)."""
    language = dice.choices(("id", "es", "en"), (5, 3, 2))[0]
    name = f"{dice.choice(FIRST[language])} {dice.choice(LAST[language])}"
    city, country = dice.choice(PLACES[language])
    budget, amount, currency = dice.choice(BUDGETS[language])
    business = dice.choice(BUSINESSES)
    everything: dict[str, tuple[str, dict[str, Any]]] = {
        "name": (name, {}),
        "business_type": (business, {"type": business.replace(" ", "_")}),
        "location": (city, {"city": city, "country": country}),
        "need": (dice.choice(NEEDS), {}),
        "budget": (budget, {"amount": amount, "currency": currency}),
    }
    known = ASKS_FOR[: dice.choices(range(6), (20, 20, 20, 15, 10, 15))[0]]
    number = f"6285{place_in_line * 7919 % 10**8:08d}"  # 7919 is prime to 10: no number comes twice
    return Person(language, name, number, {key: everything[key] for key in known})
