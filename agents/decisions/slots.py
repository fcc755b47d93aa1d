"""The slots an agent fills unless the workspace says otherwise, in the order it asks for them.

What a customer wants comes first: people answer that gladly, and the rest follows from it.
"""

from agents.decisions.values import SlotSpec

DEFAULT_SLOTS: tuple[SlotSpec, ...] = (
    SlotSpec("need", "text", {"en": "what you need", "es": "lo que necesitas", "id": "kebutuhannya"}),
    SlotSpec("business_type", "text", {"en": "your business", "es": "tu negocio", "id": "jenis usahanya"}),
    SlotSpec("location", "place", {"en": "your location", "es": "tu ubicación", "id": "lokasinya"}),
    SlotSpec("name", "name", {"en": "your name", "es": "tu nombre", "id": "nama kakak"}),
    SlotSpec("budget", "money", {"en": "your budget", "es": "tu presupuesto", "id": "kisaran anggarannya"}),
)
