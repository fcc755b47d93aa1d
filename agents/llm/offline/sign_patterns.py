"""The words by which a rule hands a conversation over, in three languages, and what takes them back.

Each reason has patterns that must match a sentence, and a guard: when the guard matches the same sentence
too, the words mean something ordinary ("my legal name", "return customers", "a law firm").
"""

from agents.llm.offline.phrasebook import pattern

OPEN_END = r"\b(?:<phrases>)"
HUMAN = pattern("sign_human", OPEN_END)
HUMAN_GUARD = pattern("sign_human_guard", OPEN_END)
LEGAL = pattern("sign_legal")
LEGAL_GUARD = pattern("sign_legal_guard")
REFUND = pattern("sign_refund")
REFUND_GUARD = pattern("sign_refund_guard")
NEGATIVE = pattern("sign_negative", OPEN_END)
NEGATIVE_GUARD = pattern("sign_negative_guard")
PRICING = pattern("sign_pricing", OPEN_END)
PRICING_GUARD = pattern("sign_pricing_guard")
