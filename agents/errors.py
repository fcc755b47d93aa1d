"""Refusals of the agents floor."""

from django.utils.translation import gettext_noop

from crm.core.errors import DomainError


class NothingToAnswerError(DomainError):
    """Somebody has answered, or nobody is there to answer."""

    code = "nothing_to_answer"
    message = gettext_noop("A person has answered since: there is nothing left for the agent. Set it aside.")
