"""The words of everyday conversation: greetings, thanks, questions, prices, yes and no, in three languages."""

from agents.llm.offline.phrasebook import pattern

GREET = pattern("topic_greet", r"^\W*(?:<phrases>)\b")
HOW_ARE_YOU = pattern("topic_how_are_you")
THANKS = pattern("topic_thanks")
BYE = pattern("topic_bye")
CONFIRM = pattern("topic_confirm", r"^\W*(?:<phrases>)\b")
DENY = pattern("topic_deny", r"^\W*(?:<phrases>)\b")
OPT_OUT = pattern("topic_opt_out", r"(?:<phrases>)")
BOT = pattern("topic_bot")
PRICE = pattern("topic_price", r"\b(?:<phrases>)")
PRICE_GUARD = pattern("topic_price_guard")
WHERE_HOURS = pattern("topic_where_hours")
QUESTION = pattern("topic_question", r"(?:<phrases>)")
WANTS_TO_ASK = pattern(
    "topic_wants_to_ask",
    r"\b(?:<phrases>)(?:\s+(?:dulu|dong|ya|kak|min|please|por favor|sebentar|something|algo))*\s*[.,!]*$",
)
RHETORIC = pattern("topic_rhetoric", r"^\W*(?:<phrases>)\W*$")
DECLINE = pattern("topic_decline")
COMPLAINT = pattern("topic_complaint")
COMPLAINT_GUARD = pattern("topic_complaint_guard", r"\b(?:<phrases>)")
POSITIVE = pattern("topic_positive", r"(?:<phrases>)")
NEGATIVE_WORD = pattern("topic_negative_word", r"(?:<phrases>)")
REQUEST = pattern("topic_request", r"(?:<phrases>)")
OFFER = pattern("topic_offer")
