"""`{% include "..." with ... only %}` renders once for the same words and remembers the outcome; `{% url %}` looks a
place up once.

Such an include sees nothing of its page but what it is given. A page has some sixty of them, most of them icons: what
they are given is a few plain words, so the same words give the same HTML, in each language.
"""

from typing import Any

from django.conf import settings
from django.template import Context, Library
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode, url
from django.template.loader_tags import IncludeNode, do_include
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from crm.core.addresses import address_of

MOST, LONGEST = 2_000, 200  # includes that are remembered; letters of a word
PLAIN = (str, SafeString, bool, type(None))

register = Library()
_known: dict[Any, SafeString] = {}


class RememberingInclude(IncludeNode):
    """Django's, with a memory for what depends on plain words alone."""

    def render(self, context: Context) -> SafeString:
        """From memory when the same was asked before; a developer's templates may change at any moment."""
        key = None if settings.DEBUG else self._key(context)
        if key is None:
            return super().render(context)
        found = _known.get(key)
        if found is None:
            found = super().render(context)
            if len(_known) >= MOST:
                _known.clear()
            _known[key] = found
        return found

    def _key(self, context: Context) -> Any:
        """What the outcome depends on; None when it is more than plain words."""
        name = self.template.var
        if not self.isolated_context or not isinstance(name, str) or name.startswith("."):
            return None
        values = [(word, value.resolve(context)) for word, value in self.extra_context.items()]
        if not all(_is_plain(value) for _word, value in values):
            return None
        words = tuple((word, type(value), value) for word, value in values)
        return name, get_language(), context.autoescape, words


def _is_plain(value: Any) -> bool:
    """A short text, or something that is written the same way for every reader: 1,000 is 1.000 elsewhere."""
    if type(value) is int:
        return -1_000 < value < 1_000
    return type(value) in PLAIN and (not value or len(str(value)) <= LONGEST)


@register.tag("include")
def include(parser: Parser, token: Token) -> IncludeNode:
    """Django's tag, read by Django."""
    node = do_include(parser, token)
    return RememberingInclude(
        node.template, extra_context=node.extra_context, isolated_context=node.isolated_context
    )


class RememberingAddress(URLNode):
    """Django's, with a memory for places."""

    def render(self, context: Context) -> str:
        """From memory; with named arguments as Django does it."""
        name = str(self.view_name.resolve(context))
        try:
            address = None if self.kwargs else address_of(name, *(arg.resolve(context) for arg in self.args))
        except NoReverseMatch:
            address = None  # Django says so, or says nothing where a template asked whether there is one
        if address is None:
            return super().render(context)
        if self.asvar:
            context[self.asvar] = address
            return ""
        return conditional_escape(address) if context.autoescape else address


@register.tag("url")
def address(parser: Parser, token: Token) -> URLNode:
    """Django's tag, read by Django."""
    node: URLNode = url(parser, token)
    return RememberingAddress(node.view_name, node.args, node.kwargs, node.asvar)
