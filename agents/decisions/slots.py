"""The slots an agent fills unless the workspace says otherwise."""

from agents.decisions.values import SlotSpec

DEFAULT_SLOTS: tuple[SlotSpec, ...] = (
    SlotSpec("name", "name", {"en": "name", "es": "nombre", "id": "nama"}),
    SlotSpec("business_type", "text", {"en": "business", "es": "negocio", "id": "jenis usaha"}),
    SlotSpec("location", "place", {"en": "location", "es": "ubicación", "id": "lokasi"}),
    SlotSpec("need", "text", {"en": "need", "es": "lo que necesitas", "id": "kebutuhan"}),
    SlotSpec("budget", "money", {"en": "budget", "es": "presupuesto", "id": "anggaran"}),
)
