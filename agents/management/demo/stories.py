"""Who wrote to Studio Senja in the last days, and how it went: the conversations a stranger finds on the first screen.

A line is (who, minutes ago, text). `them` is the customer; `rina` and `marco` are colleagues; an empty text is an act:
`bot` answers what is new after some seconds, `close` closes, `lost` gives the lead up, `failed` says that our last
message never arrived.
"""

from dataclasses import dataclass

Line = tuple[str, float, str]
HOUR, DAY = 60, 24 * 60


@dataclass(frozen=True)
class Story:
    """One customer: their number, the words of the talk, and whether the bot was on when it began."""

    name: str
    number: str
    lines: tuple[Line, ...]
    source: str = "whatsapp"
    is_bot_on: bool = True
    tags: tuple[str, ...] = ()
    next_step: str = ""
    is_read: bool = True


STORIES: tuple[Story, ...] = (
    Story(
        "Olivia",
        "15550199201",
        (
            ("them", 6 * DAY, "Hi! I'm a design student, could I use one of your sites for my thesis?"),
            (
                "marco",
                6 * DAY - 40,
                "Hi Olivia, sure, for a thesis that is fine. Just name us as the source.",
            ),
            ("them", 6 * DAY - 55, "Thank you so much, will do!"),
            ("lost", 6 * DAY - 60, "A student's question, nothing to sell"),
            ("close", 6 * DAY - 61, ""),
        ),
        is_bot_on=False,
    ),
    Story(
        "Mateo",
        "573015550302",
        (
            ("them", 5 * DAY, "Hola, buenas tardes"),
            ("bot", 0, ""),
            ("them", 5 * DAY - 4, "Necesito una página web, tengo un restaurante en Medellín"),
            ("bot", 0, ""),
            ("them", 5 * DAY - 9, "me llamo Mateo, mi presupuesto es 15 millones de pesos"),
            ("bot", 0, ""),
            ("rina", 5 * DAY - 32, "Hola Mateo, soy Rina. ¿Le parece si hablamos mañana a las 10?"),
            ("them", 5 * DAY - 41, "Perfecto, mañana a las 10"),
            ("rina", 3 * DAY, "Mateo, gracias por la llamada. La propuesta va en camino a su correo."),
            ("them", 3 * DAY - 50, "Recibida, la revisamos y les aviso. ¡Gracias!"),
            ("close", 3 * DAY - 60, ""),
        ),
        tags=("restaurant", "proposal sent"),
    ),
    Story(
        "Rizky",
        "628120000203",
        (
            ("them", 4 * DAY, "Halo, lihat iklannya di Instagram"),
            ("bot", 0, ""),
            ("them", 4 * DAY - 30, "STOP"),
            ("bot", 0, ""),
        ),
        source="instagram",
    ),
    Story(
        "Valentina",
        "573015550304",
        (
            ("them", 3 * DAY, "Hola! Busco una tienda en línea para mi boutique en Cali"),
            ("bot", 0, ""),
            ("them", 3 * DAY - 6, "Soy Valentina, prefiero hablar con una persona"),
            ("bot", 0, ""),
            ("rina", 3 * DAY - 25, "Hola Valentina, soy Rina. ¿Cuántos productos tiene la boutique?"),
            ("them", 3 * DAY - 90, "Unos 120 productos, con tallas y colores"),
            ("rina", 2 * DAY, "Muy bien. Le preparo una propuesta para esta semana."),
            ("failed", 2 * DAY - 1, ""),
        ),
        next_step="Call: the last message did not arrive",
    ),
    Story(
        "Ayu",
        "628120000205",
        (
            ("them", 2 * DAY, "Halo kak, saya Ayu, punya kedai kopi di Bandung"),
            ("bot", 0, ""),
            ("them", 2 * DAY - 5, "butuh website buat pesan online, budget 60 juta"),
            ("bot", 0, ""),
            ("rina", 2 * DAY - 20, "Halo Ayu, saya Rina. Bisa kirim contoh menunya?"),
            ("them", 26 * HOUR, "Bisa kak, nanti saya kirim lewat email ya"),
            ("rina", 25 * HOUR, "Siap, ditunggu. Proposalnya saya siapkan minggu ini."),
            ("them", 3 * HOUR, "Kak, menunya sudah saya kirim. Kapan proposalnya jadi?"),
        ),
        tags=("coffee", "online orders"),
        next_step="Send the proposal",
        is_read=False,
    ),
    Story(
        "James",
        "15550199206",
        (
            ("them", 2 * DAY, "Hello, we run a hotel in Denver and need a booking website"),
            ("bot", 0, ""),
            ("them", 2 * DAY - 12, "Can I talk to a real person please?"),
            ("bot", 0, ""),
            ("marco", 2 * DAY - 30, "Hi James, Marco here. Which booking system do you use today?"),
            ("them", 22 * HOUR, "We use Cloudbeds. About 40 rooms."),
        ),
        tags=("hotel",),
        is_read=False,
    ),
    Story(
        "Wati",
        "628120000207",
        (
            ("them", 30 * HOUR, "Kak, bikin website toko baju berapa ya?"),
            ("bot", 0, ""),
            ("them", 30 * HOUR - 4, "saya Wati dari Yogyakarta. jadi harganya berapa kak?"),
            ("bot", 0, ""),
            (
                "rina",
                30 * HOUR - 45,
                "Halo Wati, mulai 8 juta tergantung jumlah produk. Ada berapa produknya?",
            ),
            ("them", 20 * HOUR, "sekitar 50 kak, saya pikir dulu ya"),
            ("rina", 20 * HOUR - 15, "Silakan kak, kabari saya kapan saja."),
        ),
    ),
    Story(
        "Luis",
        "573015550308",
        (
            ("them", 26 * HOUR, "Hola, quiero una app para mi ferretería en Bogotá"),
            ("bot", 0, ""),
            ("them", 26 * HOUR - 3, "me llamo Luis, presupuesto unos 20 millones de pesos"),
            ("bot", 0, ""),
            ("rina", 25 * HOUR, "Hola Luis, ¡gracias! ¿Qué debería poder hacer la app el primer día?"),
            ("them", 24 * HOUR, "Ver inventario y pedir a domicilio"),
            ("rina", 23 * HOUR, "Entendido. Le mando dos ejemplos hoy."),
        ),
        tags=("app",),
        next_step="Send two examples",
    ),
    Story(
        "Emma",
        "15550199209",
        (
            ("them", 5 * HOUR, "Hi, do you build online shops?"),
            ("bot", 0, ""),
            ("them", 4 * HOUR, "I'm Emma, I own a flower shop in Austin"),
            ("bot", 0, ""),
        ),
        source="website",
    ),
    Story(
        "Diego",
        "573015550310",
        (
            ("them", 2 * HOUR, "Buenas, necesito rediseñar mi página web"),
            ("bot", 0, ""),
            ("them", 110, "tengo una clínica dental en Barranquilla"),
            ("bot", 0, ""),
        ),
    ),
    Story(
        "Sari",
        "628120000211",
        (
            ("them", 50, "Halo, saya mau tanya soal website"),
            ("bot", 0, ""),
            ("them", 45, "untuk toko kue saya di Surabaya, nama saya Sari"),
            ("bot", 0, ""),
        ),
    ),
    Story(
        "Noah",
        "15550199212",
        (
            ("them", 80, "Your last invoice is wrong, I want my money back"),
            ("bot", 0, ""),
        ),
        is_read=False,
    ),
    Story(
        "Putu",
        "628120000213",
        (
            ("them", 35, "Selamat siang, bisa bikin website villa?"),
            ("them", 34, "Villa kami di Ubud, ada 6 kamar"),
        ),
        is_bot_on=False,
        is_read=False,
    ),
    Story(
        "Hannah",
        "15550199214",
        (("them", 12, "Hi there, a friend recommended you. Do you have time for a new project in January?"),),
        source="referral",
        is_bot_on=False,
        is_read=False,
    ),
)
