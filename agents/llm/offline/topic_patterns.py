"""The words of everyday conversation: greetings, thanks, questions, prices, yes and no, in three languages."""

import re
from agents.llm.offline.phrasebook import pattern

GREET = pattern("topic_greet", r"^\W*(?:<phrases>)\b")
HOW_ARE_YOU = pattern("topic_how_are_you")
THANKS = pattern("topic_thanks")
BYE = pattern("topic_bye")
CONFIRM = pattern("topic_confirm", r"^\W*(?:<phrases>)\b")
DENY = pattern("topic_deny", r"^\W*(?:<phrases>)\b")
OPT_OUT = re.compile(
    r"(?:^\W*(?:stop|stopall|unsubscribe|cancel|end|quit|baja|berhenti|alto|parar|stop stop|opt ?out|darme de baja|salir|stopp|unsub|remove me|eliminar|dejar)(?: please| all| por favor| dong| ya| kak| messages| now)*\W*$"
    r"|\b(?:unsubscribe|opt(?:ing)? ?out|take me off|remove (?:me|my (?:number|contact|phone))|delete my number|(?:stop|quit|don't|do not|please don't|never) (?:ever )?(?:message|messaging|text|texting|contact|contacting|writ\w+|send\w*|spam\w*|email\w*|bother\w*|call\w*)(?:ing)? (?:to )?(?:me|us|messages|this|these|any|anything|promos?|ads|again|more)|no more (?:messages|texts|spam|promos?|ads)|lose my number|leave me alone|stop (?:with )?(?:these|the|all|your) (?:messages|texts|promos?|ads|spam|notifications)|don't (?:want|wish) to (?:receive|get|hear)|off (?:your|this|the) (?:\w+ )?list"
    r"|(?:darme|denme|dame|deme|dar|dese|denos|me den|quiero la|me dan|darnos|dar de|dame de) (?:de )?(?:la )?baja|(?:no|ya no|dejen? de|deja de|dejar de|paren de|para de|no quiero que|basta de|eviten) (?:me |nos |quiero |mas |deseo |que |seguir |volver a |vuelvan a )*(?:escrib\w+|mand\w+|envi\w+|contact\w+|recib\w+|mensaje\w*|llegu\w+|interesa recibir)(?:me|nos)?(?: (?:mas|publicidad|mensajes|promociones|nada|spam|por favor|su|sus|estos|esto|anuncios|cosas|ofertas))*|(?:borren|eliminen|saquen|quiten|borra|elimina|saca|quita|quitenme|saquenme|borrenme|eliminenme|sacame|borrame)(?:me)? (?:\w+ )?(?:mi numero|mi contacto|de la lista|de su lista|de sus|de la base|de tu lista|de esta lista|numero)|cancelar (?:la |mi )?suscripcion|desuscrib\w+|no mas mensajes|dejenme en paz|no (?:me|nos) molest\w+"
    r"|(?:berhenti|stop) (?:langganan|kirim\w*|hubungi|menghubungi|chat|spam|wa|berlangganan|promosi|ngirim|promo|mengirim)|berhenti (?:berlangganan)|(?:jangan|tolong jangan|gak usah|tidak usah|mohon jangan|gak mau|tidak mau|tidak ingin) (?:\w+ )?(?:kirim\w*|hubungi|chat|dikirim\w*|dihubungi|wa|sms|spam|dapat|terima|menerima|ganggu|kontak|mengirim\w*|nerima|dikirimi|dichat)(?: \w+)? ?(?:lagi|saya|promo\w*|pesan|apapun|iklan|aku|chat|spam|gue)|(?:hapus|keluarkan|blokir|coret|hapuskan) (?:nomor|kontak|saya|no|data|dari)(?: \w+)?|unsub))"
)
BOT = pattern("topic_bot")
PRICE = pattern("topic_price", r"\b(?:<phrases>)")
PRICE_GUARD = pattern("topic_price_guard")
WHERE_HOURS = pattern("topic_where_hours")
QUESTION = re.compile(
    r"(?:\?|(?:^|[.!\n] ?|\b(?:hi|hello|hola|halo|kak|min|ok|oh|and|y|dan|but|pero|tapi|btw|so|quick one|una consulta|mau tanya)[,. ]+)(?:what|when|where|who|why|how|which|do you|do u|does|can you|can u|can i|could you|is there|are there|is it|will you|would you|did you|have you|cual|donde|cuanto|por que|puedo|pueden|puede|podrian|tienen|hacen|aceptan|trabajan|es posible|se puede|envian|apa|apakah|kapan|di mana|siapa|kenapa|mengapa|gimana|bisakah|bisa gak|bisa tidak|berapa|adakah|bolehkah|emang|apa bisa)\b|\b(?:gak ya|tidak ya|bisa gak|bisa tidak|ada gak|mau tanya|mau nanya|i was wondering|wondering if|quisiera saber|quiero saber|me gustaria saber|una (?:pregunta|consulta|duda)|anot)\b)"
)
RHETORIC = re.compile(
    r"^\W*(?:what|que|apa|huh|eh|como|kenapa|how|ok|okay|right|really|de verdad|en serio|serius|oh|so|can|ya|iya|si|no|haha|lol|anot|bs gak|bisa gak(?: kak)?|yes)\W*$"
)
DECLINE = pattern("topic_decline")
COMPLAINT = pattern("topic_complaint")
COMPLAINT_GUARD = pattern("topic_complaint_guard", r"\b(?:<phrases>)")
POSITIVE = re.compile(
    r"\b(?:great|awesome|perfect|amazing|love(?:ly)?|excellent|fantastic|wonderful|good|nice|happy|helpful|best|thanks|thank you|cool|brilliant|genial|excelente|perfecto|buenisimo|encanta|maravill\w+|lindo|feliz|contento|gracias|bueno|chevere|bacano|mantap|bagus|keren|senang|hebat|oke|suka|puas|terima kasih|top|cocok|joya|amable|super)\b|[😀😃😄😁😊🙂😍🥰😘🤗👍👏🙏❤💕💖🎉🥹]"
)
NEGATIVE_WORD = re.compile(
    r"\b(?:bad|terrible|awful|hate|angry|slow|late|problem|issue|wrong|broken|upset|disappoint\w+|worst|useless|annoy\w+|frustrat\w+|ridiculous|scam|poor|sad|mal[oa]?|pesim[oa]|horrible|odio|enojad\w+|molest\w+|lent[oa]|tarde|problema|peor|fatal|hart[oa]|estafa|triste|buruk|jelek|kecewa|kesal|marah|lambat|lama|masalah|rusak|parah|payah|benci|bohong|penipu|sedih|telat)\b|[😡🤬😠😤💢👎😞😢😭🙄]"
)
REQUEST = re.compile(
    r"(?:\b(?:can|could|would|will) (?:you|u|someone|somebody|i|we)\b|\b(?:me |nos )?(?:pueden|puedes|puede|podrian|podrias|podria) (?:hacer|ayud|dis|cre|arm|cotiz|dar|mand|envi)\w*|\b(?:me|nos) (?:hacen|haces|ayudan|ayudas|arman)\b"
    r"|\b(?:bisa|bs|boleh|tolong) (?:gak |kak )?(?:bikin|buat|buatkan|bantu\w*|dibuatkan|tolong|bikinin|minta)\b|(?:[ ,]|^)(?:can|ok|okay|right|no|(?<!apa )(?<!berapa )(?<!siapa )(?<!mana )(?<!kapan )(?<!gimana )ya|kan|boleh|verdad|bisa|possible|porfa|bs gak|bisa gak|yes|si|eh|deal|gak kak|bs gak kak)\s*\?|\bbs gak\b)"
)
OFFER = re.compile(
    r"\b(?:(?:do|can|could|would|will) (?:you|u)(?: guys| also| all)* (?:also |even )?(?:do|offer|make|design|build|create|sell|provide|print|handle|work|ship|deliver|serve|cover|take|help|accept|have)|what (?:services|do you (?:do|offer|sell))|which services"
    r"|(?:ustedes |tambien )*(?:hacen|ofrecen|venden|disenan|manejan|trabajan|envian|imprimen|atienden|cubren|ayudan|tienen servicio|aceptan)|que servicios"
    r"|(?:bisa|terima|menerima|melayani|apakah melayani|apa bisa|sedia|jual|kirim ke|bisa kirim|bisa dibantu|dibantu)\b)\b"
)
