"""What a customer wants: "I need X", "busco X", "butuh X", "how much is X", or nothing but the thing."""

import re
from collections.abc import Iterator
from functools import cache

from agents.llm.offline.businesses import bare_lines
from agents.llm.offline.found import Candidate
from agents.llm.offline.lexicons import load
from agents.llm.offline.phrases import clause_end, trim
from agents.llm.offline.reading import Reading

_WANTS = re.compile(
    r"\b(?:need|needs|needed|want|wants|would like|'d like|would love|'d love|looking for|looking to|looking at|searching for|in search of|interested in|hoping to|hoping for|could use|help (?:me |us )?with"
    r"|trying to get|planning to get|require|requires|in the market for|thinking (?:of|about)|want help with"
    r"|necesit(?:o|amos|a|an|aria|ariamos)|quier(?:o|e|en)|queremos|busco|buscamos|buscando|buscar|quisier(?:a|amos)|(?:me|nos) gustaria|(?:me|nos) interesan?|(?:me|nos) interesaria|requiero|requerimos|ocupo|ocupamos"
    r"|(?:me |nos )?hace falta|ayuda con|ayuden con|ayudar con|pensaba en|pensando en|cotizar|interesad[oa]s? en|deseo|deseamos|me urge|nos urge"
    r"|butuh|perlu|membutuhkan|memerlukan|mau|ingin|pengen|kepengen|cari|mencari|carikan|tertarik(?: dengan| sama| untuk| pada)?|berminat|minat|pesan|order|bikinin|buatkan|buatin|bikin|nak|hoyong|rencana mau|rencananya mau|need help)"
    r"\s+(?:(?:to|for|also|just|really|ya|kak|nya|juga|sih|dengan|sama|untuk|a)\s+)*"
)
_NOT_WANTED = re.compile(
    r"(?:know\b|ask|inform|info|more info|talk|speak|chat with|chat\b|your|see\b|understand|think|check\b|sue\b|(?:my|the) money|money back|(?:a |the |my |full )?refund|cancel|(?:a |some )?(?:real |actual )?(?:person|human|agent|manager|rep|operator|supervisor)\b"
    r"|(?:someone|somebody) (?:real|human|from|in|else|now|on|please|i can)|an answer|(?:a |the |your |final )?(?:price|quote|discount|cost)|it\b|this\b|that\b|you\b|me\b|him|her\b|complain|say\b|tell|be\b|hear|get in touch|call\b|a call|pay\b|go\b|some help$|help$|help\b(?! with)|more time|time\b|to know|start\b|anything|nothing|more details|details|report|someone$|somebody$|no\b|none|not\b|stop|unsubscribe|a reply|messages|lawyer|to$"
    r"|saber|pregunt|consult|hablar|mas info|(?:el |la |un |una )?(?:precio|cotizacion|descuento|rebaja)|que me\b|que nos\b|que (?:alguien|hablen|llamen|devuel|regres)|devol|(?:un |mi |el )?reembolso|(?:mi |el )?dinero|comunicar|ayuda\b(?! con)|(?:a )?un asesor|(?:una )?persona|alguien$|un humano|humano|cancelar|ver\b|conocer|decir|nada|eso\b|esto\b|recibir|quejarme|poner una queja|denunciar|demandar|algo\b$|una respuesta|hacerles una|hacerte una|hacer una (?:pregunta|consulta)|al (?:gerente|encargado)|tiempo\b|seguir|ser\b|mi plata|la plata|agendar|tratarlo|pensar|mas tiempo|empezar"
    r"|tanya|bertanya|nanya|tahu\b|tau\b|bicara|informasi|bantuan$|komplain|dibantu|chat\b|cek\b|lihat|ke\b|di\b|berhenti|lapor|ketemu|telepon|orang\b|admin\b|cs\b|manusia|minta|uang|marah|diskon|nego|harga|gak\b|tidak\b|kalau|apa\b|berapa|gimana|kenal|curhat|ngeluh|mengeluh|mulai|pikir|saja$|kok|bayar|transfer|tuntut|batal|sama\b|ngomong|sambung|waktu\b|konfirmasi|yang\b|itu\b|ini\b|dihubungi|bergabung|jawaban)"
)
_LIGHT = re.compile(
    r"(?:(?:someone|somebody|anyone|a company|an agency|a designer|a person|people|alguien|quien|kien|una empresa|una agencia|seseorang|orang|vendor)\s+(?:who can |that can |to |who |que (?:me |nos )?(?:pueda |puedan )?|(?:me |nos )(?:pueda |haga |puedan )?|yang bisa |untuk |buat )?(?:(?:help|ayud\w+|bantu)\s+(?:me |us |with )*)?(?:haga |hagan )?"
    r"|(?:to )?(?:get|have|buy|order|commission|create|build|make|hire|set up|start)\s+|some\s+help with\s+|(?:some )?help (?:me |us )?(?:with|on)\s+|(?:to )?(?:get )?help with\s+|a quote (?:for|on)\s+|prices? (?:for|on)\s+"
    r"|(?:hacer|hacerme|hacernos|tener|comprar|contratar|crear|encargar|pedir|mandar a hacer|armar|cotizar|que me (?:hagan|haga|ayuden con)|que (?:nos |me )?hag[ao]n?|un servicio de|servicio de|ayuda con|que (?:mi|nuestra|la) (?:pagina|web|sitio)(?: web)? tenga)\s+"
    r"|(?:bikin|bikinin|buat|membuat|dibuatkan|dibikinin|buatin|buatkan|pesan|order|beli|membeli|cari|mencari|punya|help sama|help dengan|bantuan untuk|ngadamel)\s+(?=\S))+"
)
_STOPS = re.compile(
    r"\b(?:for (?:my|our|a|an|the|his|her|their|me|us|your)\b|in (?!bio)|at\b|because|but|so that|since|if|(?:my|our|with a|the) budget|budget\b|around|asap|please|by (?:next|the end|friday|monday|christmas)|thanks|cheers|that's|i am|i'm|we are|we're|i have|i've|we have|how much|how\b|can you|could you|what|urgently|(?:this|next) (?:month|week|year)|which|who|by the way|is it|are you|do you|not\b|\d+\s?(?:usd|k\b|dollars|euros)"
    r"|para (?:mi|una?|el|la|nuestr[oa]s?|mis|los|las|este|esta)\b|pa mi|pa\b|en (?!linea|vivo)|porque|pero|mi presupuesto|con (?:un|el) presupuesto|presupuesto|por favor|ya que|gracias|lo antes posible|urgente|tengo|tenemos|somos|soy|es para|es\b|cuanto|me pueden|que\b|por ahora|si\b|no\b|algo bien"
    r"|untuk|buat (?!ulang)|di\b|karena|tapi|dana\b|anggaran|dong|ya\b|kak\b|min\b|bang\b|mas\b|mbak\b|tolong|saya punya|saya\b|kami punya|berapa|kena berapa|bisa\b|yang\b|sekarang|secepatnya|deh|nih|which|apa\b|kira-kira|sekitar|baru launch|bantu\b|boleh|kalau)\b"
)
_PRICED = re.compile(
    r"\b(?:how much (?:do you charge |would you charge |do you (?:ask|want) |would it cost |does it cost |will it cost |is it |would it be )?(?:for|to|is|are|does|would|do|be)?|(?:what(?:'s| is| are| would be)? (?:the |your )?|your )?(?:price|prices|cost|pricing|quote|rates?|charge)s? (?:for|of|on|to)"
    r"|cuanto (?:cuestan?|valen?|salen?|cobran?(?: por)?|me cobran por|sale|saldria|costaria|es|seria|cobras por)|(?:que )?(?:precio|precios|costo|costos|tarifa) (?:tienen?|de|del|por|para|de hacer)|(?:cotizacion|presupuesto) (?:de|para|por) (?=un|una|el|la)|precio"
    r"|berapa(?:an)? (?:harga|biaya|ongkos|tarif)(?:nya)?(?: untuk| buat| jasa| bikin)?|(?:harga|biaya|ongkos|tarif)(?:nya)?(?: untuk| buat)?|kena berapa(?: untuk| buat)?)\s+(?:(?:a|an|the|un|una|el|la|los|las|to|for|por|hacer|bikin|buat|membuat|get|jasa pembuatan|make|de|do|have)\s+)*"
)
_PRICED_AFTER = re.compile(
    r"(?:^|[\n,.!?] ?|kalau |mau tanya |kak,? |tanya,? |untuk )(?P<thing>(?:bikin |buat |jasa |pasang |cetak )?[a-z][a-z ]{2,40}?) (?:kena (?:nya )?berapa|harga(?:nya)? berapa|berapa(?:an)?(?: ya| harga\w*)?|biayanya berapa|cuanto (?:cuesta|sale|vale)|how much)"
)
_OFFERED = re.compile(
    r"\b(?:(?:do|can|could|would) (?:you|u)(?: guys| all| also)* (?:do|offer|make|design|build|create|sell|provide|have|handle|help (?:me |us )?with|print)|you all do"
    r"|(?:ustedes )?(?:hacen|ofrecen|venden|disenan|manejan|trabajan con|pueden (?:hacer|disenar|ayudar(?:me|nos) con))|me (?:hacen|pueden hacer|ayudan con|haces)|haces|hacen ustedes"
    r"|(?:bisa|terima|menerima|melayani|ada|jual|sedia)(?: gak)? (?:bikin|buat|buatkan|jasa|cetak|pesanan|layanan|bikinin))\s+(?:(?:a|an|the|any|un|una|jasa|el|la)\s+)*"
)
_OWN_VERB = re.compile(
    r"\b(?:redo|redesign|rehacer|renovar|run my|manage my|modernizar|refresh|update|redise\w+)\b"
)
_INSTEAD = re.compile(
    r"\b(?:solo|ganti|mejor|instead|rather|jadi(?:nya)?)\s+(?:el |la |un |una |just |a |the )?(?=[a-z])"
)
_NOUN_MISSING = re.compile(
    r"^(?:a|an|the|one|some|something|info|information|help|ayuda|informacion|bantuan|algo|sesuatu|services?|servicios?|jasa|more|it|them|ones?|un|una|business|agency|company|person|service|to|uno|la|el|you|in|on|of|de|que|para|with|con|for|untuk|and|y|dan|now|ahora|order)$"
)


def find_needs(reading: Reading, *, is_asked: bool) -> list[Candidate]:
    """The needs a batch names, surest first. `is_asked`: the agent just asked what they need."""
    flat = reading.flat
    found = [
        *_after(reading, _WANTS, 0.85, "follows a word for wanting"),
        *_after(reading, _PRICED, 0.75, "is asked the price of"),
        *_after(reading, _OFFERED, 0.65, "is asked for"),
        *_priced_before(reading),
        *_instead(reading),
        *_bare(reading, is_asked=is_asked),
    ]
    return sorted(
        found,
        key=lambda one: (-one.confidence, one.start if not re.search(r"\bganti|mejor", flat) else -one.start),
    )


def _after(
    reading: Reading, pattern: re.Pattern[str], confidence: float, because: str
) -> Iterator[Candidate]:
    """The phrase after each match of the pattern, when it is a thing to want."""
    flat, place = reading.flat, 0
    while (match := pattern.search(flat, place)) is not None:
        place = match.end()
        if _is_other(flat, match.start(), match.end()):
            continue
        candidate = _thing(reading, match.end(), confidence, because)
        if candidate is not None:
            yield candidate
            place = max(place, candidate.end)


def _is_other(flat: str, start: int, end: int) -> bool:
    """Is it not theirs to want ("my customers want"), denied ("don't need"), or about persons and prices?"""
    before = flat[max(0, start - 30) : start]
    if re.search(
        r"\b(?:not|don't|doesn't|didn't|no|gak|tidak|belum|won't|jangan|never|nunca|ya no|customers|clients|users|clientes|pelanggan|what|que|apa|if you|customer|si)\s+(?:(?:really|lo|te|le|me|nos|they|you|u|would|anda|kalian|kakak|do|se|really)\s+)*$",
        before,
    ):
        return True
    return bool(_NOT_WANTED.match(flat, end)) or bool(re.match(r"(?:for|untuk)\b", flat[end:]))


def _thing(reading: Reading, start: int, confidence: float, because: str) -> Candidate | None:
    """The wanted thing that starts here, without "someone to", "help with" and manners."""
    flat = reading.flat
    for _ in range(3):
        if light := _LIGHT.match(flat, start):
            start = light.end()
        start, _end = trim(flat, start, clause_end(flat, start, _STOPS, most_words=12))
        if _WANTS.match(flat, start) and not _NOT_WANTED.match(flat, _WANTS.match(flat, start).end()):  # type: ignore[union-attr]
            start = _WANTS.match(flat, start).end()  # type: ignore[union-attr]
    start, end = trim(flat, start, clause_end(flat, start, _STOPS, most_words=12))
    written = flat[start:end]
    if not re.search(r"[a-z]{2}", written) or _NOUN_MISSING.match(written) or _NOT_WANTED.match(flat, start):
        return None
    sure = 0.07 if has_service(written) else 0.0
    return Candidate(
        "need",
        _tidy(reading.quote(start, end)),
        start,
        end,
        confidence + sure,
        because,
        is_explicit=confidence > 0.8,
    )


def _priced_before(reading: Reading) -> Iterator[Candidate]:
    """ "bikin website kena berapa": the thing stands before the question for its price."""
    for match in _PRICED_AFTER.finditer(reading.flat):
        start, end = match.span("thing")
        if light := _LIGHT.match(reading.flat, start, end):
            start = light.end()
        start, end = trim(reading.flat, start, end)
        if has_service(reading.flat[start:end]):
            yield Candidate(
                "need", _tidy(reading.quote(start, end)), start, end, 0.8, "is asked the price of"
            )


def _instead(reading: Reading) -> Iterator[Candidate]:
    """ "mejor web no, solo el logo": the last thing named is the one that counts."""
    for match in _INSTEAD.finditer(reading.flat):
        start, end = trim(
            reading.flat, match.end(), clause_end(reading.flat, match.end(), _STOPS, most_words=6)
        )
        after = reading.flat[end : end + 4]
        written = reading.flat[start:end]
        if has_service(written) and not written.endswith(" no") and not re.match(r"\s*no\b", after):
            yield Candidate(
                "need",
                _tidy(reading.quote(start, end)),
                start,
                end,
                0.93,
                "is wanted instead",
                is_explicit=True,
            )


def _bare(reading: Reading, *, is_asked: bool) -> Iterator[Candidate]:
    """A line that is nothing but the thing: "logo", "un menu nuevo", "redo the website"."""
    flat = reading.flat
    for start, end in bare_lines(reading):
        first, last = trim(flat, start, clause_end(flat, start, _STOPS, most_words=10))
        written = flat[first:last]
        if "?" in flat[start:end] and not is_asked:
            continue
        if has_service(written) and (len(written.split()) <= 9) and not _WANTS.search(written):
            light = _LIGHT.match(flat, first, last)
            first = light.end() if light else first
            yield Candidate(
                "need",
                _tidy(reading.quote(first, last)),
                first,
                last,
                0.85 if is_asked else 0.72,
                "is nothing but the thing",
                is_explicit=is_asked,
            )


def has_service(written: str) -> bool:
    """Is a well-known product or service of the trade among these words?"""
    phrases, nouns = _services()
    return (
        any(phrase in written for phrase in phrases)
        or any(word in nouns for word in re.findall(r"[a-z-]+", written))
        or bool(_OWN_VERB.search(written))
    )


@cache
def _services() -> tuple[tuple[str, ...], frozenset[str]]:
    """Names of services: phrases and single words."""
    words = load("services")
    return tuple(words["phrases"].split("|")), frozenset(words["nouns"].split())


def _tidy(quote: str) -> str:
    """The customer's words without stray space and shouting."""
    plain = " ".join(quote.split())
    return plain.lower() if plain.isupper() and len(plain) > 4 else plain
