"""Django's `i18n` tags, of which `{% trans "..." %}` looks a fixed sentence up once for each language.

A page has some seventy of them, and what they say changes with nothing but the reader's language.
"""

from django.template import Context, Library
from django.template.base import FilterExpression, Parser, Token, Variable
from django.templatetags import i18n
from django.utils.translation import get_language

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class RememberingTranslate(i18n.TranslateNode):
    """Django's, with a memory for sentences that stand in the template as they are."""

    def __init__(self, node: i18n.TranslateNode) -> None:
        super().__init__(node.filter_expression, node.noop, node.asvar, node.message_context)
        self.is_fixed = _is_fixed(node.filter_expression) and node.message_context is None
        self.known: dict[tuple[str | None, bool], str] = {}

    def render(self, context: Context) -> str:
        """From memory when this sentence was said in this language before."""
        if not self.is_fixed:
            return super().render(context)
        key = get_language(), context.autoescape
        if key not in self.known:
            said = super().render(context)
            self.known[key] = context[self.asvar] if self.asvar else said
        if self.asvar:
            context[self.asvar] = self.known[key]
            return ""
        return self.known[key]


def _is_fixed(expression: FilterExpression) -> bool:
    """Whether it is a sentence and not something the page brings."""
    known = expression.var
    return not expression.filters and isinstance(known, Variable) and known.lookups is None


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> i18n.TranslateNode:
    """Django's tag, read by Django."""
    return RememberingTranslate(i18n.do_translate(parser, token))
